import { spreadOf, type Spread } from './stats.ts';

/** How long the turns of this event loop took in which something was done, in milliseconds. */
export interface Turns extends Spread {
	longest: number;
}

/** A turn that does nothing is over sooner, in microseconds. */
const WORK = 50;

/**
 * Times every turn of this event loop from now on, by being in each of them; the end tells. What else runs on the machine
 * makes turns longer, too.
 */
export function watchTurns(): () => Promise<Turns> {
	const turns: number[] = [];
	let last = performance.now();
	let on = true;
	const turn = (): void => {
		const now = performance.now();
		if ((now - last) * 1_000 > WORK) turns.push((now - last) * 1_000);
		last = now;
		if (on) setImmediate(turn);
	};
	setImmediate(turn);
	return async () => {
		on = false;
		await new Promise(setImmediate);
		return {
			...spreadOf(turns.length > 0 ? turns : [0]),
			longest: turns.reduce((most, each) => Math.max(most, each), 0) / 1_000,
		};
	};
}
