import { createHash } from 'node:crypto';

/** Draws numbers in [0, 1). */
export type Dice = () => number;

/**
 * Repeatable draws: the same words give the same numbers. Each draw hashes the words and its count, so that draws of
 * one call never change those of another.
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
