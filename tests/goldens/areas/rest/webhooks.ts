import { FAR } from '../../stage/life.ts';
import { signed, WEBHOOK_LINE, type Signing } from '../../stage/webhook.ts';
import { area } from '../area.ts';

const OTHER_SECRET = `whsec_${Buffer.from('another secret of the goldens').toString('base64')}`;

/** Records the responses to webhooks, in the order in which the server checks a webhook. */
export const webhooks = area('rest/webhooks.json', async ({ server, life, exchange }) => {
	const { id: callId } = await life.request({ scheduledAt: FAR });
	const base = { callId, providerId: 'their-1', status: 'PENDING' };
	let sent = 0;
	const post = (what: string, report: unknown, signing: Partial<Signing> = {}): Promise<unknown> =>
		exchange(what, WEBHOOK_LINE, signed(server, report, { id: `webhook-${++sent}`, ...signing }));

	await exchange('unsigned', WEBHOOK_LINE, { body: base });
	await exchange('no body', WEBHOOK_LINE);
	await post('signed with another secret', base, { secret: OTHER_SECRET });
	await post('too old', base, { ageMs: 6 * 60_000 });
	await post('from the future', base, { ageMs: -7 * 60_000 });
	await exchange('a time that is no number', WEBHOOK_LINE, {
		body: base,
		headers: { ...signed(server, base, { id: 'x' }).headers, 'webhook-timestamp': 'now' },
	});
	await post('no JSON', '{');
	await post('no report', {});
	await post('every field is wrong', {
		callId: '',
		providerId: 1,
		status: 'DONE',
		phase: 'X',
		outcome: 'manual',
		sequence: -1,
		occurredAt: 'x',
		durationMs: -1,
	});
	await post('no such call', { ...base, callId: '01900000-0000-7000-8000-000000000000' }, { id: 'known' });
	await post('its provider is adopted', { ...base, phase: 'INITIATED', sequence: 1 }, { id: 'known' });
	await post('a known id', { ...base, phase: 'RINGING' }, { id: 'known' });
	await post('another provider', { ...base, providerId: 'their-2', phase: 'RINGING' });
	await post('a phase is skipped, with fields of its own', { ...base, phase: 'IN_PROGRESS', note: { any: ['thing'] } });
	await post('a late phase', { ...base, phase: 'RINGING' });
	await post('no news', base);
	await post('the end', { ...base, status: 'COMPLETED', phase: 'ENDED', outcome: 'completed', durationMs: 1_234 });
	await post('ended already', { ...base, status: 'FAILED' });
	await post('of an ended call even another provider', { ...base, providerId: 'their-2' }, { id: 'known' });
	await exchange('what is left of it', `GET /api/calls/${callId}`);
});
