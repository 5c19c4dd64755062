import { randomBytes, randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { WEBHOOK_PATH } from '#contract';
import type { ApiResponse, TestApp } from './app.ts';

/** Creates a secret in the format of Standard Webhooks. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

export interface Signing {
	id?: string;
	secret?: string;
	/** The time that the webhook names as the time of its signature. */
	at?: Date;
	headers?: Record<string, string>;
}

/** Posts a webhook as a provider would, signed with the server's secret unless another is given. */
export async function postWebhook<T = unknown>(
	app: TestApp,
	report: unknown,
	signing: Signing = {},
): Promise<ApiResponse<T>> {
	const { id = `msg_${randomUUID()}`, secret = app.secret, at = new Date(), headers = {} } = signing;
	const body = typeof report === 'string' ? report : JSON.stringify(report);
	return app.api<T>('POST', WEBHOOK_PATH, body, {
		'webhook-id': id,
		'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
		'webhook-signature': new Webhook(secret).sign(id, at, body),
		...headers,
	});
}
