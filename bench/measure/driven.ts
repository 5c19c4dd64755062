import { spreadOf } from './stats.ts';

/** What some callers together came to in one process. */
export interface Driven {
	perSecond: number;
	/** User and system, all threads of this process. */
	cpuMicros: number;
	p50: number;
	p99: number;
}

/** So many callers in this process, each of which asks again once it has its answer, `times` times. */
export async function driven(ask: (i: number) => Promise<unknown>, callers: number, times: number): Promise<Driven> {
	const latencies: number[] = [];
	let next = 0;
	const [start, cpu] = [performance.now(), process.cpuUsage()];
	const caller = async (): Promise<void> => {
		for (let i = 0; i < times; i++) {
			const at = performance.now();
			await ask(next++);
			latencies.push((performance.now() - at) * 1_000);
		}
	};
	await Promise.all(Array.from({ length: callers }, caller));
	const seconds = (performance.now() - start) / 1_000;
	const { user, system } = process.cpuUsage(cpu);
	const { p50, p99 } = spreadOf(latencies);
	const count = callers * times;
	return { perSecond: count / seconds, cpuMicros: (user + system) / count, p50, p99 };
}
