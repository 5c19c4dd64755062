import { WEBHOOK_PATH, type Call, type Delivery } from '#contract';
import type { Held } from './gate.ts';
import type { Server } from './server.ts';
import { until } from './wait.ts';

/** A time in the far future: a call that is scheduled for it never starts during a run. */
export const FAR = '2100-01-01T00:00:00.000Z';
/** Returns a scenario with this outcome after 40 ms. If the call is answered, the last 16 ms are talk. */
export const ending = (outcome: string): object =>
	outcome === 'completed' || outcome === 'dropped' ? { outcome, delayMs: 40, talkMs: 16 } : { outcome, delayMs: 40 };

/** Runs calls step by step: dispatches and webhooks wait until the script lets them go on. */
export interface Life {
	readonly dispatches: Held;
	readonly webhooks: Held;
	/** Moves the clock by one millisecond and requests a call. The dispatch of the call waits at the gate. */
	request(call?: object): Promise<Call>;
	/** Lets the dispatch go on, and waits until the provider has the call. */
	accept(call: Call): Promise<void>;
	/** Moves the clock to the due time of the call's next webhook. Returns the delivery of this webhook. */
	becomeDue(callId: string): Promise<Delivery>;
	/** Waits until one more attempt of this delivery is settled. Returns the delivery with the attempt. */
	settled(delivery: Delivery): Promise<Delivery>;
	/** Sends the call's next webhook and waits until its attempt is settled. */
	next(callId: string): Promise<Delivery>;
	/** Sends the call's webhooks one after another until none is left. */
	end(callId: string): Promise<void>;
	/** Requests a call and sends all its webhooks. Returns the ended call. */
	live(call: object): Promise<Call>;
	call(id: string): Promise<Call>;
	deliveries(callId: string): Promise<Delivery[]>;
}

const ASK = { customerName: 'Ada Lovelace', phoneNumber: '+12025550100', workflow: 'SUPPORT' };

export function createLife(server: Server): Life {
	const { clock, gate, read } = server;
	const dispatches = gate.hold('/api/provider/send-call');
	const webhooks = gate.hold(WEBHOOK_PATH);

	const call = async (id: string): Promise<Call> => (await read<{ call: Call }>(`GET /api/calls/${id}`)).call;
	const deliveries = async (callId: string): Promise<Delivery[]> =>
		(await read<{ deliveries: Delivery[] }>(`GET /api/deliveries?callId=${callId}&limit=200`)).deliveries;
	const dueOf = ({ nextAttemptAt }: Delivery): number => Date.parse(nextAttemptAt ?? FAR);

	async function request(over: object = {}): Promise<Call> {
		clock.pass(1);
		return (await read<{ call: Call }>('POST /api/calls', { body: { ...ASK, ...over } })).call;
	}
	async function accept({ id }: Call): Promise<void> {
		await dispatches.pass();
		await until('the provider to have the call', async () => (await call(id)).providerId !== null);
	}
	async function becomeDue(callId: string): Promise<Delivery> {
		const open = (await deliveries(callId)).filter(({ nextAttemptAt }) => nextAttemptAt !== null);
		const [first] = open.sort((a, b) => dueOf(a) - dueOf(b));
		if (!first) throw new Error('Nothing of this call is on its way.');
		clock.moveTo(dueOf(first));
		return first;
	}
	const settled = ({ id, callId, attempts, state }: Delivery): Promise<Delivery> =>
		until(`an attempt of ${id}`, async () => {
			const now = (await deliveries(callId)).find((one) => one.id === id);
			return now && (now.attempts.length > attempts.length || now.state !== state) && now;
		});
	async function next(callId: string): Promise<Delivery> {
		const due = await becomeDue(callId);
		await webhooks.pass();
		return settled(due);
	}
	async function end(callId: string): Promise<void> {
		while ((await deliveries(callId)).some(({ nextAttemptAt }) => nextAttemptAt !== null)) await next(callId);
	}
	return {
		dispatches,
		webhooks,
		request,
		accept,
		becomeDue,
		settled,
		next,
		end,
		call,
		deliveries,
		async live(over) {
			const made = await request(over);
			await accept(made);
			await end(made.id);
			return call(made.id);
		},
	};
}
