import { ending, FAR } from '../../stage/life.ts';
import { area } from '../area.ts';

const UNKNOWN_ID = '01900000-0000-7000-8000-000000000000';

/** Records one call in every phase, and one call of every outcome. */
const get = area('rest/call.json', async ({ life, exchange }) => {
	const call = await life.request({ scenario: ending('completed'), run: 'one' });
	const look = (what: string): Promise<unknown> => exchange(what, `GET /api/calls/${call.id}`);
	await look('requested');
	await life.accept(call);
	await look('accepted');
	for (const phase of ['INITIATED', 'RINGING', 'IN_PROGRESS', 'ENDED']) {
		await life.next(call.id);
		await look(phase);
	}
	await exchange('without the body', `HEAD /api/calls/${call.id}`);
	for (const outcome of ['busy', 'no-answer', 'failed', 'dropped', 'canceled'])
		await exchange(outcome, `GET /api/calls/${(await life.live({ scenario: ending(outcome) })).id}`);
	await exchange('no such call', `GET /api/calls/${UNKNOWN_ID}`);
	await exchange('an id that is none', 'GET /api/calls/nonsense');
	await exchange('a slash behind the id', `GET /api/calls/${call.id}/`);
	await exchange('a path that cannot be decoded', 'GET /api/calls/%E0%A4%A');
	await exchange('a path below a call', `GET /api/calls/${call.id}/nowhere`);
});

const patch = area('rest/patch.json', async ({ life, exchange }) => {
	const { id } = await life.request({ scheduledAt: FAR });
	const set = (what: string, body: unknown): Promise<unknown> => exchange(what, `PATCH /api/calls/${id}`, { body });
	await set('no status', {});
	await set('an unknown status', { status: 'DONE' });
	await set('an unknown field', { status: 'FAILED', reason: 'x' });
	await set('no object', '[]');
	await exchange('no body', `PATCH /api/calls/${id}`);
	await set('the status that it has', { status: 'PENDING' });
	await set('ended by hand', { status: 'FAILED' });
	await set('corrected', { status: 'COMPLETED' });
	await set('corrected once more', { status: 'FAILED' });
	await set('back to pending', { status: 'PENDING' });
	await exchange('what is left of it', `GET /api/calls/${id}`);
	await exchange('no such call', `PATCH /api/calls/${UNKNOWN_ID}`, { body: { status: 'FAILED' } });

	const running = await life.request({ scenario: ending('completed') });
	await life.accept(running);
	await life.next(running.id);
	await exchange('a running call ended by hand', `PATCH /api/calls/${running.id}`, { body: { status: 'COMPLETED' } });
	await life.webhooks.pass(); // the provider's last webhook
	const ended = await life.live({ scenario: ending('completed') });
	await exchange('an ended call corrected', `PATCH /api/calls/${ended.id}`, { body: { status: 'FAILED' } });
});

const cancel = area('rest/cancel.json', async ({ life, exchange }) => {
	const scheduled = await life.request({ scheduledAt: FAR });
	await exchange('scheduled', `POST /api/calls/${scheduled.id}/cancel`);
	await exchange('canceled already', `POST /api/calls/${scheduled.id}/cancel`);
	const running = await life.request({ scenario: ending('completed') });
	await life.accept(running);
	for (const _phase of ['INITIATED', 'RINGING', 'IN_PROGRESS']) await life.next(running.id);
	await exchange('in progress', `POST /api/calls/${running.id}/cancel`);
	await life.webhooks.pass(); // the provider's last webhook
	await exchange('no such call', `POST /api/calls/${UNKNOWN_ID}/cancel`);
});

const remove = area('rest/delete.json', async ({ life, exchange }) => {
	const { id } = await life.request({ scheduledAt: FAR });
	await exchange('a scheduled call', `DELETE /api/calls/${id}`);
	await exchange('it is gone', `GET /api/calls/${id}`);
	await exchange('deleted already', `DELETE /api/calls/${id}`);
	await exchange('no such call', `DELETE /api/calls/${UNKNOWN_ID}`);
	const ended = await life.live({ scenario: ending('busy') });
	await exchange('an ended call', `DELETE /api/calls/${ended.id}`);
	await exchange('its deliveries', `GET /api/deliveries?callId=${ended.id}`);
});

const wait = area('rest/wait.json', async ({ server, life, exchange }) => {
	const ended = await life.live({ scenario: ending('busy') });
	await exchange('ended already', `GET /api/calls/${ended.id}/wait`);
	const call = await life.request({ scheduledAt: FAR });
	await exchange('not ended in time', `GET /api/calls/${call.id}/wait?timeout=1`);
	const waits = exchange('ends meanwhile', `GET /api/calls/${call.id}/wait?timeout=60`);
	await server.read(`PATCH /api/calls/${call.id}`, { body: { status: 'COMPLETED' } });
	await waits;
	await exchange('no such call', `GET /api/calls/${UNKNOWN_ID}/wait`);
	for (const timeout of ['0', '121', 'long', '1&timeout=2'])
		await exchange(`timeout=${timeout}`, `GET /api/calls/${call.id}/wait?timeout=${timeout}`);
});

export const oneCall = [get, patch, cancel, remove, wait];
