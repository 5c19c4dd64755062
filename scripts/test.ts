import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureChromium, NO_CHROMIUM } from './ensure-chromium.ts';

/** `npm test`: everything, in the order in which a failure is cheapest. Ends with one line that counts. */
interface Count {
	passed: number;
	failed: number;
}

const reports = mkdtempSync(join(tmpdir(), 'audena-test-'));
const total: Count = { passed: 0, failed: 0 };

function step(title: string, args: string[], env: Record<string, string> = {}): boolean {
	console.log(`\n── ${title}`);
	const { status } = spawnSync('npx', args, { stdio: 'inherit', env: { ...process.env, ...env } });
	return status === 0;
}

/** A step without tests of its own: it counts where it fails. */
function check(title: string, args: string[]): boolean {
	const passed = step(title, args);
	if (!passed) total.failed++;
	return passed;
}

/** A runner that writes a JSON report; one that leaves none has failed. */
function suite(
	title: string,
	args: string[],
	file: string,
	count: (report: unknown) => Count,
	env: Record<string, string> = {},
): void {
	const passed = step(title, args, env);
	let counted: Count = { passed: 0, failed: 1 };
	try {
		counted = count(JSON.parse(readFileSync(file, 'utf8')));
	} catch (error) {
		console.error(`${title}: no report (${String(error)}).`);
	}
	total.passed += counted.passed;
	total.failed += passed ? counted.failed : Math.max(1, counted.failed);
}

const vitestFile = join(reports, 'vitest.json');
const playwrightFile = join(reports, 'playwright.json');
const ofVitest = (report: unknown): Count => {
	const { numPassedTests, numTotalTests } = report as { numPassedTests: number; numTotalTests: number };
	return { passed: numPassedTests, failed: numTotalTests - numPassedTests };
};
const ofPlaywright = (report: unknown): Count => {
	const { stats } = report as { stats: { expected: number; unexpected: number; flaky: number; skipped: number } };
	return { passed: stats.expected, failed: stats.unexpected + stats.flaky + stats.skipped };
};

try {
	const generated = check('generate', ['svelte-kit', 'sync']) && check('Prisma client', ['prisma', 'generate']);
	if (generated) {
		check('format', ['prettier', '--check', '--log-level', 'warn', '.']);
		check('lint', ['eslint', '--max-warnings', '0', '.']);
		check('types', ['svelte-check', '--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human']);
		const built =
			check('build the pages', ['vite', 'build', '--logLevel', 'warn']) &&
			check('build the server', ['vite', 'build', '--config', 'vite.server.config.ts', '--logLevel', 'warn']);
		suite(
			'unit and integration',
			['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${vitestFile}`],
			vitestFile,
			ofVitest,
		);
		if (ensureChromium() === null) {
			console.error(NO_CHROMIUM);
			total.failed++;
		} else if (built) {
			const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: playwrightFile };
			suite('browser', ['playwright', 'test', '--reporter=list,json'], playwrightFile, ofPlaywright, env);
		}
	}
} finally {
	rmSync(reports, { recursive: true, force: true });
}

console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
