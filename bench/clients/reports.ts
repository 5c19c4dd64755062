import { createHmac, randomUUID } from 'node:crypto';
import { WEBHOOK_PATH, type Call, type Phase } from '#contract';
import { answer } from '#bench/children/answers.ts';
import { micros } from '#bench/measure/clock.ts';
import { paced } from '#bench/measure/paced.ts';
import { createHttpLine, type HttpLine } from './http-line.ts';
import { phaseKey, type Sent } from './sightings.ts';

/** A child: a provider that reports on calls which were prepared, each report a real change, signed. */

/** What is told of each call, in this order. */
const TOLD = ['QUEUED', 'INITIATED', 'RINGING', 'IN_PROGRESS', 'ENDED'] as const satisfies Phase[];
const PREPARING = 32;

interface Where {
	port: number;
	/** `whsec_…` */
	secret: string;
}

let port = 0;
let key = Buffer.alloc(0);
let ids: readonly string[] = [];
let told = 0;
/** Lines that nobody uses now. */
const free: HttpLine[] = [];

const left = (): number => ids.length * TOLD.length - told;

/** Signs as Standard Webhooks says. */
function signed(body: string): Record<string, string> {
	const id = `msg_${randomUUID()}`;
	const timestamp = String(Math.floor(Date.now() / 1_000));
	const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
	const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
	return { 'Content-Type': 'application/json', ...headers };
}

/** Tells the next call's next phase: one call after the other, so that no two reports of one call are under way. */
async function report(sent: Sent): Promise<void> {
	const id = ids[told % ids.length]!;
	const phase = TOLD[Math.floor(told++ / ids.length)]!;
	const ended = phase === 'ENDED' ? { status: 'COMPLETED', outcome: 'completed', durationMs: 1_000 } : undefined;
	const body = JSON.stringify({ callId: id, providerId: `sim_${id}`, status: 'PENDING', phase, ...ended });
	const headers = signed(body);
	const line = free.pop() ?? createHttpLine(port);
	sent[phaseKey({ id, phase })] = micros();
	const { status, body: said } = await line.request('POST', WEBHOOK_PATH, headers, body);
	if (status !== 200) throw new Error(`A webhook was answered ${status}: ${said.toString()}`);
	free.push(line);
}

async function createCall(line: HttpLine, number: number, run: string): Promise<string> {
	const body = JSON.stringify({
		...{ customerName: `Bench ${number}`, phoneNumber: '+12025550100', workflow: 'SUPPORT', run },
		scheduledAt: '2999-01-01T00:00:00Z', // nobody dispatches it
	});
	const answered = await line.request('POST', '/api/calls', { 'Content-Type': 'application/json' }, body);
	if (answered.status !== 201) throw new Error(`A call was answered ${answered.status}: ${answered.body.toString()}`);
	return (JSON.parse(answered.body.toString()) as { call: Call }).call.id;
}

const methods = {
	/** Requests as many calls of the product and reports on them from now on. */
	async prepare({ count, ...where }: Where & { count: number }): Promise<void> {
		const made: string[] = [];
		let next = 0;
		const line = createHttpLine(where.port);
		const lines = [line, ...Array.from({ length: PREPARING - 1 }, () => createHttpLine(where.port))];
		const create = async (by: HttpLine): Promise<void> => {
			while (next < count) made.push(await createCall(by, next++, 'bench'));
			by.close();
		};
		await Promise.all(lines.map(create));
		methods.take({ ...where, calls: made });
	},
	/** Reports on these calls from now on. */
	take({ port: at, secret, calls }: Where & { calls: readonly string[] }): void {
		[port, ids, told, key] = [at, calls, 0, Buffer.from(secret.slice('whsec_'.length), 'base64')];
	},
	/** `callers` report as fast as they are answered. */
	async burst({ callers, seconds }: { callers: number; seconds: number }): Promise<{ sent: Sent; startedAt: number }> {
		const sent: Sent = {};
		const [startedAt, until] = [micros(), performance.now() + seconds * 1_000];
		const call = async (): Promise<void> => {
			while (performance.now() < until && left() > 0) await report(sent);
		};
		await Promise.all(Array.from({ length: callers }, call));
		return { sent, startedAt };
	},
	/** Reports at a fixed rate; answers when each was sent. */
	async steady({ rate, seconds }: { rate: number; seconds: number }): Promise<Sent> {
		const sent: Sent = {};
		const answers: Promise<void>[] = [];
		await paced(rate, seconds, () => {
			if (left() > 0) answers.push(report(sent));
		});
		await Promise.all(answers);
		return sent;
	},
};
export type Reports = typeof methods;

answer(methods);
