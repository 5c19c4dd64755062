import { Webhook } from 'standardwebhooks';
import { WEBHOOK_PATH } from '#contract';
import type { Exchange } from './exchange.ts';
import type { Server } from './server.ts';

export interface Signing {
	id: string;
	secret?: string;
	/** Age of the signature according to its timestamp, in milliseconds. A negative age is a time in the future. */
	ageMs?: number;
}

export const WEBHOOK_LINE = `POST ${WEBHOOK_PATH}`;

/** Returns a webhook as a provider sends it, signed with the server's secret unless another is given. */
export function signed(server: Server, report: unknown, { id, secret = server.secret, ageMs = 0 }: Signing): Exchange {
	const body = typeof report === 'string' ? report : JSON.stringify(report);
	// The server compares this time with the real time, which is close to the time of the script's clock.
	const at = new Date(server.clock.now() - ageMs);
	return {
		body,
		headers: {
			'webhook-id': id,
			'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
			'webhook-signature': new Webhook(secret).sign(id, at, body),
		},
	};
}
