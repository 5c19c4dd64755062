import { createHmac, randomUUID } from 'node:crypto';
import { WEBHOOK_PATH, type Phase } from '#contract';
import { createCall, createHttpLine, JSON_BODY, type HttpLine } from './http-line.ts';
import { drive, keyOf, micros, paced, type Sent } from './measure.ts';

/** The phases that are reported for each call, in this order. */
const PHASES = ['QUEUED', 'INITIATED', 'RINGING', 'IN_PROGRESS', 'ENDED'] as const satisfies Phase[];
const CALLERS = 32;

/**
 * Creates `count` calls, and returns a provider that sends signed webhooks for them. Each webhook changes its call,
 * and webhooks under way at the same time are of different calls.
 */
export async function createProvider(server: { port: number; secret: string }, count: number) {
	const key = Buffer.from(server.secret.slice('whsec_'.length), 'base64');
	const idle: HttpLine[] = [];
	const withLine = async <T>(use: (line: HttpLine) => Promise<T>): Promise<T> => {
		const line = idle.pop() ?? createHttpLine(server.port);
		const result = await use(line);
		idle.push(line);
		return result;
	};
	const ids: string[] = [];
	await drive(CALLERS, count, async (i) => ids.push(await withLine((line) => createCall(line, i))));

	let reported = 0;
	const isLeft = (): boolean => reported < count * PHASES.length;
	/** Sends the next webhook. Every call gets a phase before the first call gets the next phase. */
	async function report(sent: Sent): Promise<void> {
		const id = ids[reported % count]!;
		const phase = PHASES[Math.floor(reported++ / count)]!;
		const end = phase === 'ENDED' ? { status: 'COMPLETED', outcome: 'completed', durationMs: 1_000 } : {};
		const body = JSON.stringify({ callId: id, providerId: `sim_${id}`, status: 'PENDING', phase, ...end });
		const headers = { ...JSON_BODY, ...signatureOf(key, body) };
		await withLine((line) => {
			sent[keyOf({ id, phase })] = micros();
			return line.request('POST', WEBHOOK_PATH, body, headers);
		});
	}

	return {
		/** `callers` send webhooks as fast as the server responds. Returns when each change was sent. */
		async burst(callers: number, seconds: number): Promise<Sent> {
			const sent: Sent = {};
			const until = performance.now() + seconds * 1_000;
			const caller = async (): Promise<void> => {
				while (performance.now() < until && isLeft()) await report(sent);
			};
			await Promise.all(Array.from({ length: callers }, caller));
			return sent;
		},
		async steady(rate: number, seconds: number): Promise<Sent> {
			const sent: Sent = {};
			const reports: Promise<void>[] = [];
			await paced(rate, seconds, () => {
				if (isLeft()) reports.push(report(sent));
			});
			await Promise.all(reports);
			return sent;
		},
	};
}

/** Returns the signature headers of Standard Webhooks. */
function signatureOf(key: Buffer, body: string): Record<string, string> {
	const id = `msg_${randomUUID()}`;
	const timestamp = String(Math.floor(Date.now() / 1_000));
	const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
	return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
