/** Repeatable random draws: the same seed gives the same sequence on every machine. */
export interface Random {
	/** Returns a number in [0, 1). */
	next(): number;
	/** Returns a whole number in [0, below). */
	below(below: number): number;
	pick<T>(items: readonly T[]): T;
	/** Returns `words` times four hexadecimal digits. */
	hex(words: number): string;
}

const HEX = Array.from({ length: 65_536 }, (_, i) => i.toString(16).padStart(4, '0'));

/** Creates a generator: sfc32 by Chris Doty-Humphrey (PractRand), with its state derived from the seed by FNV-1a. */
export function createRandom(seed: string): Random {
	let hash = 0x811c9dc5;
	const mix = (code: number): number => (hash = Math.imul(hash ^ code, 0x01000193));
	for (let i = 0; i < seed.length; i++) mix(seed.charCodeAt(i));
	let [a, b, c, counter] = [mix(1), mix(2), mix(3), 1];

	const draw = (): number => {
		const sum = (a + b + counter) | 0;
		counter = (counter + 1) | 0;
		a = b ^ (b >>> 9);
		b = (c + (c << 3)) | 0;
		c = ((c << 21) | (c >>> 11)) + sum;
		c |= 0;
		return sum >>> 0;
	};
	for (let i = 0; i < 16; i++) draw(); // until every bit depends on the whole seed

	const next = (): number => draw() / 0x1_0000_0000;
	const below = (count: number): number => Math.floor(next() * count);
	return {
		next,
		below,
		pick: (items) => items[below(items.length)]!,
		hex(words) {
			let text = '';
			for (let i = 0; i < words; i++) text += HEX[draw() >>> 16]!;
			return text;
		},
	};
}
