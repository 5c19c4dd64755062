import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { answer } from '#bench/children/answers.ts';
import type { Sent } from '#bench/clients/sightings.ts';
import { micros } from '#bench/measure/clock.ts';
import { paced } from '#bench/measure/paced.ts';
import { changeAt } from './changes.ts';
import { broadcasters, type Kind } from './kinds.ts';

/** A child: one publisher of made-up changes, of the kind and way that its flags name. */

const { values } = parseArgs({ options: { kind: { type: 'string' }, gathers: { type: 'boolean', default: false } } });
const http = createServer();
const { publish, backlog } = broadcasters[values.kind as Kind](http, values.gathers);
await new Promise<void>((resolve) => http.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, resolve));

/** What may wait for a client before the publisher holds back. */
const BACKLOG_MAX = 64 * 1_024;
let seq = 0;

const methods = {
	port: () => (http.address() as AddressInfo).port,
	/** Publishes one change after the other as fast as it goes for `seconds`; answers how many. */
	async saturate(seconds: number): Promise<number> {
		const before = seq;
		for (const end = performance.now() + seconds * 1_000; performance.now() < end; await turn()) {
			publish(changeAt(++seq));
			while (backlog() > BACKLOG_MAX) await pause(1);
		}
		return seq - before;
	},
	/** Publishes at a fixed rate; answers when each was published. */
	async steady({ rate, seconds }: { rate: number; seconds: number }): Promise<Sent> {
		const sent: Sent = {};
		await paced(rate, seconds, () => {
			const change = changeAt(++seq);
			sent[seq] = micros();
			publish(change);
		});
		return sent;
	},
};
export type Broadcast = typeof methods;

answer(methods);
