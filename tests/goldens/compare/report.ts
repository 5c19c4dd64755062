import type { Comparison } from './compare.ts';

/** Maximum number of lines for one file, so that one file does not hide the others. */
const LINES_MAX = 40;

/** Formats a comparison for people. Changed words come last, in a section of their own. */
export function reportOf(comparison: Comparison): string {
	const files = Object.entries(comparison);
	const broken = files.flatMap(([name, one]) => section(name, one.broken));
	const words = files.flatMap(([name, one]) => section(name, one.words));
	return [
		...(broken.length > 0 ? ['Different from what was recorded:', ...broken] : []),
		...(words.length > 0 ? ['Words changed (allowed; record again to keep them):', ...words] : []),
	].join('\n');
}

export const isBroken = (comparison: Comparison): boolean =>
	Object.values(comparison).some(({ broken }) => broken.length > 0);

function section(name: string, lines: readonly string[]): string[] {
	if (lines.length === 0) return [];
	const more = lines.length - LINES_MAX;
	return [
		'',
		name,
		...lines.slice(0, LINES_MAX).map((line) => `  ${line}`),
		...(more > 0 ? [`  … and ${more} more`] : []),
	];
}
