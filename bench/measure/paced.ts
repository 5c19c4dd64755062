import { setTimeout as pause } from 'node:timers/promises';

/** Calls `step` `rate` times a second for `seconds`; what is late is made up for. Answers how often. */
export async function paced(rate: number, seconds: number, step: () => void): Promise<number> {
	const start = performance.now();
	const total = Math.max(1, Math.round(rate * seconds));
	for (let done = 0; done < total; await pause(1)) {
		const due = Math.min(total, Math.floor(((performance.now() - start) * rate) / 1_000) + 1);
		for (; done < due; done++) step();
	}
	return total;
}
