import { answer } from '#bench/children/answers.ts';
import { spreadOf, type Spread } from '#bench/measure/stats.ts';
import { bodyOf } from './bodies.ts';
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
