import { runCommand } from './run-command.ts';

/**
 * `npm run test:long`: the tests that are too slow for `npm test`. Prints one line with the number of passed and failed
 * runs at the end.
 */
const RUNS: readonly [title: string, args: string[]][] = [
	['goldens', ['tsx', 'tests/goldens/main.ts']],
	['mutants', ['tsx', 'scripts/mutants.ts']],
	['crash', ['tsx', 'tests/crash/long.ts']],
	['convergence', ['tsx', 'tests/feed/long.ts']],
	['soak', ['tsx', 'tests/load/soak.ts']],
	['benchmarks in their short form', ['vitest', 'run', '--project=benchmarks']],
];

let failed = 0;
for (const [title, args] of RUNS) if (!(await runCommand(title, args))) failed++;
console.log(`\n${RUNS.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
