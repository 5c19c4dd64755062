/**
 * Measures every side once per round, in an order that rotates by one, and prints a table of the figures. With
 * `warmUp`, an additional first round does not count. With a `peer`, the table has the ratio of each other side to
 * the peer.
 */
export async function compare<Side extends string, Figure extends string>(
	title: string,
	{ sides, rounds, warmUp = false, peer }: { sides: readonly Side[]; rounds: number; warmUp?: boolean; peer?: Side },
	measure: (side: Side) => Promise<Record<Figure, number>>,
) {
	const samples = new Map(sides.map((side): [Side, Record<Figure, number>[]] => [side, []]));
	for (let round = warmUp ? -1 : 0; round < rounds; round++)
		for (let i = 0; i < sides.length; i++) {
			const side = sides[(round + 1 + i) % sides.length]!;
			const sample = await measure(side);
			if (round >= 0) samples.get(side)!.push(sample);
		}
	const values = (side: Side, figure: Figure): number[] => samples.get(side)!.map((sample) => sample[figure]);
	const median = (side: Side, figure: Figure): number => medianOf(values(side, figure));
	/** Returns the median of the ratios within each round, so that drift between two rounds cancels out. */
	const ratio = (side: Side, peer: Side, figure: Figure): number => {
		const base = values(peer, figure);
		return medianOf(values(side, figure).map((value, i) => value / base[i]!));
	};

	const figures = Object.keys(samples.get(sides[0]!)![0]!) as Figure[];
	const cell = (side: Side, figure: Figure): string => {
		const all = values(side, figure);
		const range = `${show(medianOf(all))} (${show(Math.min(...all))} to ${show(Math.max(...all))})`;
		return peer === undefined || side === peer ? range : `${range} × ${show(ratio(side, peer, figure))}`;
	};
	const rows = sides.map((side) => [side, ...figures.map((figure) => cell(side, figure))]);
	const lines = [['', ...figures], ['---', ...figures.map(() => '---')], ...rows];
	console.log(`\n### ${title}\n\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`);
	return { median, ratio };
}

export function medianOf(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

const show = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 }).format;

/** Prints a goal of docs/benchmarks.md, in the words of its table, and whether it is met. */
export function printGoal(goal: string, measured: number, bound: `${'≥' | '≤'} ${number} ${'×' | 'ms' | 'MiB'}`): void {
	const [sign, limit, unit] = bound.split(' ') as [string, string, string];
	const isMet = sign === '≥' ? measured >= Number(limit) : measured <= Number(limit);
	console.log(`- ${goal}: ${bound}; measured ${show(measured)} ${unit}: ${isMet ? 'met' : '**not met**'}`);
}
