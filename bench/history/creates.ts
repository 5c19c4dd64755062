import { atLeast, atMost, ratioOf, type Section } from '#bench/report.ts';
import type { Histories } from './histories.ts';
import type { Options } from './options.ts';
import { CALLERS, measureRequests, type Requested } from './servers.ts';

/** By the major version: how many times the bare server's requests, at which share of its CPU. */
const GOALS: Record<number, { requests: number; cpu: number }> = {
	20: { requests: 1.3, cpu: 0.9 },
	24: { requests: 2.5, cpu: 0.45 },
};

const requested: Requested = {
	...{ what: 'create', title: `POST /api/calls, ${CALLERS} connections`, stacks: ['bare', 'bare, grouped', 'product'] },
	goals({ rows, goals }, major) {
		const goal = GOALS[major];
		if (!goal) return;
		goals.push(
			atLeast('requests a second', ratioOf(rows, 'product', 'requests a second'), goal.requests),
			atMost('server CPU', ratioOf(rows, 'product', 'server CPU µs each'), goal.cpu),
		);
	},
};

/** Creates through the whole product, with search, beside bare servers that write the same rows. */
export const measureCreates = (options: Options, histories: Histories): Promise<Section[]> =>
	measureRequests(requested, options, histories);
