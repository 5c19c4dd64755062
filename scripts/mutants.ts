import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MUTANTS, type Mutant } from '#tests/mutants/mutants.ts';

/** `npm run mutants [-- name-part]`: breaks the product in one place at a time and expects the named tests to fail. */

/** The fields that this script reads of Vitest's JSON report. */
interface Report {
	success: boolean;
	numFailedTests: number;
	numPassedTests: number;
	testResults: { name: string; message: string; assertionResults: { fullName: string; status: string }[] }[];
}

const root = join(import.meta.dirname, '..');
/** Generated files that tests import but git ignores. */
const GENERATED = ['src/generated', '.svelte-kit'];
/** A test run that takes longer is killed. The first run executes every named test, so it takes the longest. */
const RUN_MAX_MS = 600_000;

const textOf = (folder: string, { file }: Mutant): string => readFileSync(join(folder, file), 'utf8');
const secondsSince = (start: number): string => `${((performance.now() - start) / 1_000).toFixed(1).padStart(5)} s`;

/** Copies the work tree and returns the copy. Tests run there, so an interrupted run leaves no mutant behind. */
function copyWorkTree(): string {
	const copy = mkdtempSync(join(tmpdir(), 'audena-mutants-'));
	const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
	const present = listed
		.toString()
		.split('\0')
		.filter((path) => path !== '' && existsSync(join(root, path)));
	for (const path of [...present, ...GENERATED]) cpSync(join(root, path), join(copy, path), { recursive: true });
	symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
	return copy;
}

/**
 * Runs these test files. A non-empty `only` limits the run to tests whose names contain one of its entries. Returns
 * null if Vitest left no report.
 */
function runTests(copy: string, files: readonly string[], only: readonly string[], bail: number): Report | null {
	const file = join(copy, 'report.json');
	rmSync(file, { force: true });
	const names = only.map((name) => name.replace(/[[\]().*+?^$|{}\\]/g, '\\$&')).join('|');
	const args = ['node_modules/vitest/vitest.mjs', 'run', ...files, `--bail=${bail}`];
	args.push('--reporter=json', `--outputFile=${file}`, ...(names === '' ? [] : ['-t', names]));
	spawnSync(process.execPath, args, { cwd: copy, stdio: 'ignore', timeout: RUN_MAX_MS });
	return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : null;
}

const failuresOf = (report: Report | null): string[] =>
	report?.testResults.flatMap(({ assertionResults }) =>
		assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
	) ?? [];

/** Whether all named tests pass on the unchanged code. A test that fails without a mutant proves nothing. */
function passUnchanged(copy: string, mutants: readonly Mutant[]): boolean {
	const whole = mutants.filter(({ only }) => only === undefined);
	const parts = mutants.filter(({ only }) => only !== undefined);
	return [whole, parts].every((group) => {
		if (group.length === 0) return true;
		const files = [...new Set(group.flatMap(({ tests }) => tests))];
		const report = runTests(copy, files, [...new Set(group.flatMap(({ only }) => only ?? []))], 0);
		if (report?.success && report.numPassedTests > 0) return true;
		const messages = report?.testResults.map(({ message }) => message).filter((message) => message !== '') ?? [];
		console.error(['Without any mutant these tests fail:', ...failuresOf(report), ...messages].join('\n'));
		return false;
	});
}

/**
 * Applies a mutant, runs its tests and restores the file. Returns whether a test failed. A file that does not
 * compile reports no failed test, so its mutant survives.
 */
function isKilled(copy: string, mutant: Mutant): boolean {
	const { name, file, find, replace, tests, only } = mutant;
	const start = performance.now();
	const text = textOf(copy, mutant);
	writeFileSync(
		join(copy, file),
		text.replace(find, () => replace),
	);
	const report = runTests(copy, tests, only === undefined ? [] : [only], 1);
	writeFileSync(join(copy, file), text);
	const killed = report !== null && report.numFailedTests > 0;
	console.log(`${killed ? 'killed  ' : 'SURVIVED'} ${secondsSince(start)}  ${name}  ← ${failuresOf(report)[0] ?? '-'}`);
	return killed;
}

function run(mutants: readonly Mutant[]): boolean {
	const lost = mutants.filter((mutant) => textOf(root, mutant).split(mutant.find).length !== 2);
	for (const { name, file } of lost) console.error(`“${name}”: its text must occur exactly once in ${file}.`);
	if (mutants.length === 0) console.error('No mutant has a matching name.');
	if (lost.length > 0 || mutants.length === 0) return false;

	const start = performance.now();
	const copy = copyWorkTree();
	try {
		if (!passUnchanged(copy, mutants)) return false;
		console.log(`         ${secondsSince(start)}  all named tests pass without a mutant`);
		const killed = mutants.filter((mutant) => isKilled(copy, mutant)).length;
		console.log(`\n${killed} killed, ${mutants.length - killed} survived`);
		return killed === mutants.length;
	} finally {
		rmSync(copy, { recursive: true, force: true });
	}
}

const part = (process.argv[2] ?? '').toLowerCase();
process.exitCode = run(MUTANTS.filter(({ name }) => name.toLowerCase().includes(part))) ? 0 : 1;
