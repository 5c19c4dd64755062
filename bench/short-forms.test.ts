import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PARTS as HISTORY_PARTS } from '#bench/history/options.ts';
import { PARTS } from '#bench/options.ts';
import type { Section } from '#bench/report.ts';

const root = join(import.meta.dirname, '..');
const WITHIN_MS = 170_000;

/** Plain Socket.IO gathers nothing and is not measured with many changes; the rest gives a figure everywhere. */
const isLeftOut = (variant: string, name: string): boolean => variant === 'io-emit' && name.startsWith('many changes');

describe('the benchmark of the push', () => {
	it(
		'[X7] its short form runs to its end, and every part gives figures, no process is left',
		async () => {
			const args = ['--import', import.meta.resolve('tsx'), join(root, 'bench', 'main.ts'), '--short', '--json'];
			// Ends when the last process that holds its output has ended, not before.
			const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: WITHIN_MS });
			expect(stderr).toBe('');
			const { sections } = JSON.parse(stdout) as { sections: Record<string, Section[]> };
			expect(Object.keys(sections)).toEqual([...PARTS]);
			for (const { title, rows } of Object.values(sections).flat()) {
				expect(rows.length, title).toBeGreaterThan(1);
				for (const { variant, figures } of rows)
					for (const [name, { median }] of Object.entries(figures))
						if (!isLeftOut(variant, name)) expect([title, variant, name, typeof median].at(-1)).toBe('number');
			}
		},
		WITHIN_MS + 10_000,
	);
});

describe('the benchmark of the history', () => {
	it(
		'[X10] its short form runs to its end, and every part gives figures',
		async () => {
			const file = join(root, 'bench', 'history', 'main.ts');
			const args = ['--import', import.meta.resolve('tsx'), file, '--short', '--json'];
			const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: WITHIN_MS });
			expect(stderr).toBe('');
			const { sections } = JSON.parse(stdout) as { sections: Record<string, Section[]> };
			expect(Object.keys(sections)).toEqual([...HISTORY_PARTS]);
			for (const { title, rows } of Object.values(sections).flat()) {
				expect(rows.length, title).toBeGreaterThan(0);
				for (const { variant, figures } of rows)
					for (const [name, { median }] of Object.entries(figures))
						expect(typeof median, `${title}, ${variant}: ${name}`).toBe('number');
			}
		},
		WITHIN_MS + 10_000,
	);
});
