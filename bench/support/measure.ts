import { createHistogram, monitorEventLoopDelay, performance, type RecordableHistogram } from 'node:perf_hooks';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import type { Call } from '#contract';

export type Latencies = Record<'p50 ms' | 'p99 ms', number>;

/** Returns the percentiles of a histogram of nanoseconds. */
export const latenciesOf = (histogram: RecordableHistogram): Latencies => ({
	'p50 ms': histogram.percentile(50) / 1e6,
	'p99 ms': histogram.percentile(99) / 1e6,
});

/** Microseconds of the machine's monotonic clock, which all processes of a machine share. */
export const micros = (): number => Number(process.hrtime.bigint() / 1_000n);

/**
 * Runs `ask` `total` times, shared by `callers` that work at the same time. Returns runs a second, CPU time per run
 * and latencies. CPU time is the user and system time of all threads of this process.
 */
export async function drive(callers: number, total: number, ask: (i: number) => Promise<unknown>) {
	const histogram = createHistogram();
	const timed = performance.timerify(ask, { histogram });
	const [start, cpu] = [performance.now(), process.cpuUsage()];
	let next = 0;
	const caller = async (): Promise<void> => {
		while (next < total) await timed(next++);
	};
	await Promise.all(Array.from({ length: callers }, caller));
	const { user, system } = process.cpuUsage(cpu);
	const perSecond = (total * 1_000) / (performance.now() - start);
	return { 'a second': perSecond, 'CPU µs each': (user + system) / total, ...latenciesOf(histogram) };
}

/** `latencies` stops after `SLOW_MS` of measured time, but not before `LEAST_TIMES` runs. */
const [LEAST_TIMES, SLOW_MS] = [3, 1_500];

/** Returns the latencies of up to `times` runs of `ask`, one after another. `before` runs unmeasured before each. */
export async function latencies(times: number, ask: () => unknown, before?: () => unknown): Promise<Latencies> {
	const histogram = createHistogram();
	const timed = performance.timerify(ask, { histogram });
	const isSlow = (): boolean => (histogram.mean * histogram.count) / 1e6 > SLOW_MS;
	for (let i = 0; i < times && (i < LEAST_TIMES || !isSlow()); i++) {
		await before?.();
		await timed();
		await turn();
	}
	return latenciesOf(histogram);
}

/** Calls `step` `rate` times a second for `seconds`. Steps that are late are all called at once. */
export async function paced(rate: number, seconds: number, step: () => void): Promise<void> {
	const start = performance.now();
	const total = Math.max(1, Math.round(rate * seconds));
	for (let done = 0; done < total; await pause(1)) {
		const due = Math.min(total, Math.floor(((performance.now() - start) * rate) / 1_000) + 1);
		for (; done < due; done++) step();
	}
}

/** Returns the longest turn of this process's event loop during `work`, in milliseconds. The timer may add one. */
export async function longestTurn(work: () => Promise<unknown>): Promise<number> {
	const delay = monitorEventLoopDelay({ resolution: 1 });
	delay.enable();
	await pause(3); // the first tick records nothing
	await work();
	await pause(3);
	delay.disable();
	return delay.max / 1e6;
}

/** When each change was sent: the time in `micros`, by the change's `keyOf`. */
export type Sent = Record<string, number>;
/** The `keyOf` of a change, and when it arrived at a client, in `micros`. */
export type Arrival = [key: string, at: number];

/** Identifies a change: no two changes of a benchmark give the same call the same phase. */
export const keyOf = ({ id, phase }: Pick<Call, 'id' | 'phase'>): string => `${id} ${phase}`;

/** Returns the latencies from sending to arrival, and the time of the last arrival. Throws if no change arrived. */
export function latenciesSince(sent: Sent, arrivals: readonly Arrival[]) {
	const histogram = createHistogram();
	for (const [key, at] of arrivals) if (key in sent) histogram.record(Math.max(1, (at - sent[key]!) * 1_000));
	if (histogram.count === 0) throw new Error('No change arrived.');
	return { 'mean ms': histogram.mean / 1e6, ...latenciesOf(histogram), lastAt: arrivals.at(-1)![1] };
}
