import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BENCHMARKS } from './benchmarks.ts';

const root = join(import.meta.dirname, '..');
const WITHIN_MS = 300_000;
const MAJOR = process.versions.node.split('.')[0];

interface Goal {
	benchmark: string;
	/** The beginning of the line that `printGoal` prints for this goal. */
	line: string;
}

/** The goals that docs/benchmarks.md states, without those of other versions of Node. */
const goals = readFileSync(join(root, 'docs', 'benchmarks.md'), 'utf8')
	.split('\n')
	.flatMap((row): Goal[] => {
		const [, benchmark, goal, bound] = /^\| `([\w-]+)` \| (.+?) \| ([≥≤] \S+ \S+) \|/.exec(row) ?? [];
		const version = /\bNode (\d+)/.exec(goal ?? '')?.[1] ?? MAJOR;
		return benchmark === undefined || version !== MAJOR ? [] : [{ benchmark, line: `- ${goal}: ${bound};` }];
	});

describe('the short form of a benchmark', () => {
	it.each(Object.keys(BENCHMARKS))(
		'[X7] %s runs to its end, gives every figure and a verdict on every goal, and leaves no process',
		async (name) => {
			const args = ['--import', import.meta.resolve('tsx'), join(root, 'bench', 'main.ts'), name, '--short'];
			// Resolves only when every process with this output has ended. A process left behind causes a timeout.
			const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: WITHIN_MS });
			expect(stderr).toBe('');
			expect(stdout).toContain('\n### ');
			expect(stdout).not.toMatch(/NaN|Infinity|∞|undefined/);
			const printed = stdout.split('\n').filter((line) => line.startsWith('- '));
			const stated = goals.filter(({ benchmark }) => benchmark === name).map(({ line }) => line);
			for (const line of stated)
				expect(
					printed.some((goal) => goal.startsWith(line)),
					line,
				).toBe(true);
			for (const goal of printed)
				expect(
					stated.some((line) => goal.startsWith(line)),
					goal,
				).toBe(true);
		},
		WITHIN_MS + 10_000,
	);
});
