import { createHash } from 'node:crypto';

/** Returns the next drawn number, in [0, 1). */
export type Dice = () => number;

/**
 * Creates repeatable draws: the same words give the same numbers. Each draw hashes the words and the ordinal of the
 * draw, so that the draws of one call never change those of another.
 */
export function diceOf(...words: (string | number)[]): Dice {
	let drawn = 0;
	return () => {
		const hash = createHash('sha256')
			.update(JSON.stringify([...words, drawn++]))
			.digest();
		return hash.readUIntBE(0, 6) / 2 ** 48;
	};
}
