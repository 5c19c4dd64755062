import { setTimeout as pause } from 'node:timers/promises';

/** Asks again and again until `reached`, or until nothing has moved for `patienceMs`; answers the last that was told. */
export async function until<T>(
	ask: () => Promise<T>,
	reached: (told: T) => boolean,
	moved: (told: T) => number,
	patienceMs = 10_000,
): Promise<T> {
	let last = NaN;
	let since = performance.now();
	for (;;) {
		const told = await ask();
		if (reached(told)) return told;
		if (moved(told) !== last) [last, since] = [moved(told), performance.now()];
		if (performance.now() - since > patienceMs) return told;
		await pause(10);
	}
}
