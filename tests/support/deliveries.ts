import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Delivery, ProviderCall, SendCallResponse } from '#contract';
import type { TestApp } from './app.ts';
import type { Received } from './receiver.ts';
import { SOON } from './soon.ts';

/** The scenario of a call that ends at once: the webhooks `call.initiated` and `call.ended` are due immediately. */
export const ENDS_AT_ONCE = { outcome: 'busy', delayMs: 0 } as const;

/** Requests a call from the provider with webhooks to `callbackUrl`. Returns the call's id. */
export async function sendCall(app: TestApp, callbackUrl: string, request: object = {}): Promise<string> {
	const body = {
		callId: randomUUID(),
		phoneNumber: '+12025550100',
		workflow: 'SALES',
		scenario: ENDS_AT_ONCE,
		...request,
	};
	const response = await app.api<SendCallResponse>('POST', '/api/provider/send-call', { ...body, callbackUrl });
	expect(response.status).toBe(200);
	return body.callId;
}

export async function deliveriesOf(app: TestApp, callId: string): Promise<Delivery[]> {
	const { body } = await app.api<{ deliveries: Delivery[] }>('GET', `/api/deliveries?callId=${callId}`);
	return body.deliveries.toReversed();
}

/** Waits until the delivery of this type meets `condition`, and returns it. */
export async function delivery(
	app: TestApp,
	callId: string,
	type: string,
	condition: (delivery: Delivery) => boolean,
): Promise<Delivery> {
	let found: Delivery | undefined;
	await expect
		.poll(async () => {
			found = (await deliveriesOf(app, callId)).find((one) => one.type === type);
			return found !== undefined && condition(found) ? 'as wanted' : found;
		}, SOON)
		.toBe('as wanted');
	return found!;
}

export const hasAttempts =
	(times: number) =>
	({ attempts }: Delivery): boolean =>
		attempts.length === times;
export const hasState =
	(state: Delivery['state']) =>
	(delivery: Delivery): boolean =>
		delivery.state === state;

/** Returns the delivery type of a received webhook, such as `call.in-progress`. */
export const typeOf = ({ body }: Received): string => {
	const { phase } = JSON.parse(body) as { phase: string };
	return `call.${phase.toLowerCase().replace('_', '-')}`;
};

/**
 * Makes the provider check for due webhooks now, by canceling a call that exists for this purpose only. Moving the
 * clock of a test wakes no worker.
 */
export async function wakeProvider(app: TestApp): Promise<void> {
	const { body } = await app.api<{ calls: ProviderCall[] }>('GET', '/api/provider/calls');
	const idle = body.calls.find(({ callId }) => callId === 'nudge');
	if (!idle) {
		const request = { callId: 'nudge', phoneNumber: '+12025550199', workflow: 'SALES', scenario: 'slow' };
		await app.api('POST', '/api/provider/send-call', request);
		return wakeProvider(app);
	}
	expect((await app.api('POST', `/api/provider/calls/${idle.providerId}/cancel`)).status).toBe(200);
}
