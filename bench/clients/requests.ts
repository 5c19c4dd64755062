import { answer } from '#bench/children/answers.ts';
import { spreadOf, type Spread } from '#bench/measure/stats.ts';
import { createHttpLine, type HttpLine } from './http-line.ts';

/** A child: some callers on kept connections, each of which asks again once it has its answer. */

/** What is asked. */
export interface Asking {
	port: number;
	what: 'create' | 'list';
	callers: number;
	seconds: number;
}

/** What they came to. */
export interface Asked extends Spread {
	perSecond: number;
}

const NAMES = ['Ada Lovelace', 'Grace Hopper', 'Alan Turing', 'Mary Jackson', 'Edsger Dijkstra', 'Radia Perlman'];
const WORKFLOWS = ['SUPPORT', 'SALES', 'REMINDER'] as const;

/** A call that nobody dispatches: its whole life would be measured otherwise. */
export const bodyOf = (i: number): string =>
	JSON.stringify({
		customerName: `${NAMES[i % NAMES.length]!} ${i}`,
		phoneNumber: `+1202555${String(100 + (i % 100)).padStart(4, '0')}`,
		workflow: WORKFLOWS[i % WORKFLOWS.length],
		scheduledAt: '2999-01-01T00:00:00Z',
	});

let made = 0;

async function ask(line: HttpLine, what: Asking['what']): Promise<void> {
	const json = { 'Content-Type': 'application/json' };
	const { status, body } =
		what === 'create'
			? await line.request('POST', '/api/calls', json, bodyOf(made++))
			: await line.request('GET', '/api/calls');
	if (status !== (what === 'create' ? 201 : 200))
		throw new Error(`To ${what} was answered ${status}: ${body.toString('utf8', 0, 500)}`);
}

const methods = {
	/** Asks as fast as it is answered. */
	async burst({ port, what, callers, seconds }: Asking): Promise<Asked> {
		const latencies: number[] = [];
		const start = performance.now();
		const until = start + seconds * 1_000;
		const caller = async (): Promise<void> => {
			const line = createHttpLine(port);
			while (performance.now() < until) {
				const at = performance.now();
				await ask(line, what);
				latencies.push((performance.now() - at) * 1_000);
			}
			line.close();
		};
		await Promise.all(Array.from({ length: callers }, caller));
		const took = (performance.now() - start) / 1_000;
		return { ...spreadOf(latencies), perSecond: latencies.length / took };
	},
};
export type Requests = typeof methods;

answer(methods);
