/** Returns the lines of two texts from the first difference to the last; no line if the texts are equal. */
export function compareLines(before: string, now: string): string[] {
	if (before === now) return [];
	const [old, fresh] = [before.split('\n'), now.split('\n')];
	let start = 0;
	while (old[start] !== undefined && old[start] === fresh[start]) start++;
	let same = 0;
	const most = Math.min(old.length, fresh.length) - start;
	while (same < most && old.at(-1 - same) === fresh.at(-1 - same)) same++;
	const [gone, come] = [old, fresh].map((lines) => lines.slice(start, lines.length - same));
	return [
		`from line ${start + 1} on:`,
		...gone!.map((line) => `\twas ${line}`),
		...come!.map((line) => `\tis  ${line}`),
	];
}
