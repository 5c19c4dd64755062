import { relative } from 'node:path';

/** The result of a suite: the numbers of passed and failed tests, and the duration of each test. */
export interface Counted {
	passed: number;
	failed: number;
	tests: { name: string; ms: number }[];
}

interface VitestReport {
	numPassedTests: number;
	numTotalTests: number;
	testResults: { name: string; assertionResults: { title: string; duration?: number }[] }[];
}

/** Reads Vitest's JSON report. A skipped test counts as failed. */
export function countVitest(report: unknown): Counted {
	const { numPassedTests, numTotalTests, testResults } = report as VitestReport;
	return {
		passed: numPassedTests,
		failed: numTotalTests - numPassedTests,
		tests: testResults.flatMap(({ name, assertionResults }) =>
			assertionResults.map(({ title, duration }) => ({ name: `${relative('.', name)} ${title}`, ms: duration ?? 0 })),
		),
	};
}

interface PlaywrightSuite {
	file: string;
	suites?: PlaywrightSuite[];
	specs: { title: string; tests: { results: { duration: number }[] }[] }[];
}
interface PlaywrightReport {
	stats: { expected: number; unexpected: number; flaky: number; skipped: number };
	suites: PlaywrightSuite[];
}

/** Reads Playwright's JSON report. Flaky and skipped tests count as failed. */
export function countPlaywright(report: unknown): Counted {
	const { stats, suites } = report as PlaywrightReport;
	const testsOf = ({ file, suites: inner = [], specs }: PlaywrightSuite): Counted['tests'] => [
		...inner.flatMap(testsOf),
		...specs.map(({ title, tests }) => ({
			name: `tests/e2e/${file} ${title}`,
			ms: tests.flatMap(({ results }) => results).reduce((sum, { duration }) => sum + duration, 0),
		})),
	];
	return {
		passed: stats.expected,
		failed: stats.unexpected + stats.flaky + stats.skipped,
		tests: suites.flatMap(testsOf),
	};
}

/** Returns one line for each of the `count` slowest tests, slowest first. */
export const slowest = (tests: Counted['tests'], count: number): string[] =>
	tests
		.toSorted((a, b) => b.ms - a.ms)
		.slice(0, count)
		.map(({ name, ms }) => `${(ms / 1_000).toFixed(1).padStart(6)} s  ${name}`);
