import { ratios, summarise, type Summary } from '#bench/measure/stats.ts';

/** One variant's figures: what was measured, and how it stands to the first variant in the same repetition. */
export interface Row {
	variant: string;
	figures: Record<string, Figure>;
}
export interface Figure extends Summary {
	ratio: Summary;
}

/** What was to be reached, and whether it was. */
export interface Goal {
	goal: string;
	measured: number;
	/** Of the figure; a ratio where none is said. */
	unit?: string;
	met: boolean;
}

/** One table with its goals. */
export interface Section {
	title: string;
	rows: Row[];
	goals: Goal[];
	/** What could not be measured here, and why. */
	notes: string[];
}

/** Repetitions as rows; the first variant is what the others are held against. */
export function rowsOf<Name extends string>(
	samples: ReadonlyMap<string, readonly Record<Name, number>[]>,
	names: readonly Name[],
): Row[] {
	const [base = []] = samples.values();
	return [...samples].map(([variant, taken]) => {
		const figure = (name: Name): Figure => {
			const values = taken.map((sample) => sample[name]);
			const against = base.map((sample) => sample[name]);
			return { ...summarise(values), ratio: ratios(values, against) };
		};
		return { variant, figures: Object.fromEntries(names.map((name) => [name, figure(name)])) };
	});
}

/** A figure's median. */
export const medianOf = (rows: readonly Row[], variant: string, name: string): number =>
	rows.find((row) => row.variant === variant)?.figures[name]?.median ?? NaN;
/** A variant's ratio to the first one. */
export const ratioOf = (rows: readonly Row[], variant: string, name: string): number =>
	rows.find((row) => row.variant === variant)?.figures[name]?.ratio.median ?? NaN;

export const atLeast = (goal: string, measured: number, least: number): Goal => ({
	...{ goal: `${goal}: at least ${least} ×`, measured, met: measured >= least },
});
export const atMost = (goal: string, measured: number, most: number): Goal => ({
	...{ goal: `${goal}: at most ${show(most)} ×`, measured, met: measured <= most },
});
export const within = (goal: string, measured: number, most: number, unit: string): Goal => ({
	...{ goal: `${goal}: at most ${show(most)} ${unit}`, measured, unit, met: measured <= most },
});

/** A number as a person reads it; a dash where nothing was measured. */
export function show(value: number): string {
	if (!Number.isFinite(value)) return '–';
	return Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}

const cell = ({ median, min, max, ratio }: Figure): string =>
	Number.isFinite(median) ? `${show(median)} (${show(min)}–${show(max)}) ×${show(ratio.median)}` : '–';

/** A section as Markdown, ready for docs/benchmarks.md. */
export function markdown({ title, rows, goals, notes }: Section): string {
	const names = Object.keys(rows[0]?.figures ?? {});
	const table = [
		['', ...rows.map(({ variant }) => variant)],
		['---', ...rows.map(() => '---')],
		...names.map((name) => [name, ...rows.map(({ figures }) => cell(figures[name]!))]),
	].map((cells) => `| ${cells.join(' | ')} |`);
	const reached = goals.map(
		({ goal, measured, unit = '×', met }) =>
			`- ${goal}; measured ${show(measured)} ${unit}: ${met ? 'met' : '**not met**'}`,
	);
	const parts = [`### ${title}`, rows.length > 0 ? table.join('\n') : '', reached.join('\n'), notes.join('\n')];
	return parts.filter((text) => text !== '').join('\n\n');
}
