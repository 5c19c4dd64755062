import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureChromium, NO_CHROMIUM } from './ensure-chromium.ts';
import { runCommand, type RunOptions } from './run-command.ts';
import { countPlaywright, countVitest, slowest, type Counted } from './test-reports.ts';

/**
 * `npm test`: builds once, then runs the checks in parallel with the tests. Prints the slowest tests and one line with
 * the counts at the end. `-- --no-browser` skips the browser tests.
 */
const { values: options } = parseArgs({ options: { 'no-browser': { type: 'boolean', default: false } } });
const reports = mkdtempSync(join(tmpdir(), 'audena-test-'));
const total: Counted = { passed: 0, failed: 0, tests: [] };

/** Runs a command that has no tests of its own. A failed command counts as one failed test. */
async function check(title: string, args: string[], options: RunOptions = {}): Promise<boolean> {
	const passed = await runCommand(title, args, options);
	if (!passed) total.failed++;
	return passed;
}

/** Runs a test runner that writes a JSON report to `file`. A missing report counts as a failed test. */
async function suite(
	title: string,
	args: string[],
	file: string,
	count: (report: unknown) => Counted,
	env: Record<string, string> = {},
): Promise<void> {
	const passed = await runCommand(title, args, { env });
	let counted: Counted = { passed: 0, failed: 1, tests: [] };
	try {
		counted = count(JSON.parse(readFileSync(file, 'utf8')));
	} catch (error) {
		console.error(`${title}: no report (${String(error)}).`);
	}
	total.passed += counted.passed;
	total.failed += passed ? counted.failed : Math.max(1, counted.failed);
	total.tests.push(...counted.tests);
}

/** Runs beside the tests, which wait now and then, and takes no time from them. */
async function runChecks(): Promise<void> {
	const options = { lowPriority: true };
	await check('lint', ['eslint', '--max-warnings', '0', '.'], options);
	const types = ['svelte-check', '--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human'];
	await check('types', types, options);
	await check('format', ['prettier', '--check', '--log-level', 'warn', '.'], options);
}

async function runTests(): Promise<void> {
	const vitest = join(reports, 'vitest.json');
	const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${vitest}`];
	await suite('unit and integration', ['vitest', 'run', 'src/', 'tests/', ...reporters], vitest, countVitest);
	if (options['no-browser']) return;
	if (ensureChromium() === null) {
		console.error(NO_CHROMIUM);
		total.failed++;
		return;
	}
	const playwright = join(reports, 'playwright.json');
	const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: playwright };
	await suite('browser', ['playwright', 'test', '--reporter=line,json'], playwright, countPlaywright, env);
}

const build = async (): Promise<boolean> =>
	(await check('build the pages', ['vite', 'build', '--logLevel', 'warn'])) &&
	(await check('build the server', ['vite', 'build', '--config', 'vite.server.config.ts', '--logLevel', 'warn']));

try {
	const generated =
		(await check('generate', ['svelte-kit', 'sync'])) && (await check('Prisma client', ['prisma', 'generate']));
	if (generated) {
		const checks = runChecks();
		if (await build()) await runTests();
		await checks;
	}
} finally {
	rmSync(reports, { recursive: true, force: true });
}

console.log(['', 'The slowest tests:', ...slowest(total.tests, 10)].join('\n'));
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
