import { Webhook } from 'standardwebhooks';
import { WEBHOOK_PATH } from '#contract';
import type { Exchange } from './exchange.ts';
import type { Server } from './server.ts';

export interface Signing {
	id: string;
	secret?: string;
	/** How long ago it says that it was signed. */
	ageMs?: number;
}

export const WEBHOOK_LINE = `POST ${WEBHOOK_PATH}`;

/** A webhook as a provider would send it, signed with the server's secret unless another is given. */
export function signed(server: Server, report: unknown, { id, secret = server.secret, ageMs = 0 }: Signing): Exchange {
	const body = typeof report === 'string' ? report : JSON.stringify(report);
	// Verifiers know the real time only.
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
