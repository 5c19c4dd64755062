import { Router } from 'express';
import { ProblemError } from '#contract';
import { rawBody } from '#http/body.ts';
import { refuseUnknown } from '#http/parameters.ts';
import type { Inbox } from '../webhooks/inbox.ts';

/** Routes of `/api/webhooks`. */
export function webhookRoutes(inbox: Inbox): Router {
	const router = Router();
	router.post('/provider-status', rawBody, async (request, response) => {
		refuseUnknown(request);
		const raw: unknown = request.body;
		const header = (name: string): string | undefined => request.get(name);
		const signed = Object.fromEntries(
			['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, header(name)]),
		);
		if (!Buffer.isBuffer(raw)) throw new ProblemError('invalid_json', 'The body is missing. Send the report as JSON.');
		const { call, idempotent } = await inbox.receive(signed, raw);
		response.json({ ok: true, call, ...(idempotent ? { idempotent } : {}) });
	});
	return router;
}
