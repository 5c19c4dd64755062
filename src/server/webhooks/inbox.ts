import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { parse, ProblemError, ProviderReport, type Call } from '#contract';
import { utf8Of } from '#http/body.ts';
import type { Calls } from '../calls/calls.ts';
import type { Rejections } from './rejections.ts';

export interface Inbox {
	/**
	 * Processes one webhook: verifies its signature and age, parses it and applies the report. `raw` is the unparsed
	 * body. Throws `invalid_signature`, `invalid_json`, `invalid_input`, `call_gone`.
	 */
	receive(headers: Record<string, string | undefined>, raw: Buffer): Promise<{ call: Call; idempotent: boolean }>;
}

/** Longest accepted webhook id, in characters, so that each stored receipt stays small. */
const ID_MAX = 255;
const TIMESTAMP = /^\d{1,15}$/;

/** The inbox accepts a signature by any of `secrets`, so that a secret can be rotated without losing a webhook. */
export function createInbox(calls: Calls, secrets: readonly string[], rejections: Pick<Rejections, 'record'>): Inbox {
	const verifiers = secrets.map((secret) => new Webhook(secret));

	/**
	 * Returns the webhook's id. Throws `invalid_signature` unless one of the secrets signed the webhook, with a
	 * timestamp within five minutes of now (Standard Webhooks).
	 */
	function verify(headers: Record<string, string | undefined>, raw: Buffer): string {
		const id = headers['webhook-id'];
		const timestamp = headers['webhook-timestamp'];
		const signature = headers['webhook-signature'];
		if (!id || !timestamp || !signature)
			throw new ProblemError(
				'invalid_signature',
				'Send the headers webhook-id, webhook-timestamp and webhook-signature (Standard Webhooks).',
			);
		if (id.length > ID_MAX)
			throw new ProblemError('invalid_signature', `webhook-id must have at most ${ID_MAX} characters.`);
		// The verifier parses only the leading digits and checks the signature over those. Anything after them would be
		// unsigned.
		if (!TIMESTAMP.test(timestamp))
			throw new ProblemError('invalid_signature', 'webhook-timestamp must be whole seconds since 1970, digits only.');
		const signed = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
		let reason = '';
		for (const verifier of verifiers) {
			try {
				verifier.verify(raw, signed, { jsonParse: false });
				return id;
			} catch (error) {
				if (!(error instanceof WebhookVerificationError)) throw error;
				reason = error.message;
			}
		}
		throw new ProblemError('invalid_signature', `The webhook was refused: ${reason}. Check the secret and the clock.`);
	}

	function verifyOrRecord(headers: Record<string, string | undefined>, raw: Buffer): string {
		try {
			return verify(headers, raw);
		} catch (error) {
			if (error instanceof ProblemError) rejections.record(error.message, headers['webhook-id']);
			throw error;
		}
	}

	return {
		async receive(headers, raw) {
			const webhookId = verifyOrRecord(headers, raw);
			return calls.report(webhookId, reportOf(jsonOf(raw)));
		},
	};
}

/** Parses the report and keeps every key of the body: the schema alone would drop a key named `__proto__`. */
function reportOf(body: unknown): ProviderReport {
	const report = parse(ProviderReport, body, 'The webhook');
	const left = Object.getOwnPropertyDescriptor(body, '__proto__');
	return left ? Object.defineProperty(report, '__proto__', left) : report;
}

function jsonOf(raw: Buffer): unknown {
	const text = utf8Of(raw);
	try {
		const value: unknown = JSON.parse(text);
		JSON.stringify(value); // nesting too deep to serialize counts as invalid JSON
		return value;
	} catch (error) {
		throw new ProblemError('invalid_json', 'The body is not well-formed JSON. Correct its syntax.', { cause: error });
	}
}
