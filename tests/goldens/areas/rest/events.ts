import { area } from '../area.ts';

/** Records the responses of `/api/events` that are no stream. The streams are in `recorded/stream`. */
export const events = area('rest/events.json', async ({ exchange }) => {
	await exchange('without the body', 'HEAD /api/events');
	await exchange('a cursor that is none', 'GET /api/events?cursor=7');
	await exchange('two cursors', 'GET /api/events?cursor=a.1&cursor=a.2');
	await exchange('a run that is none', `GET /api/events?run=${'x'.repeat(65)}`);
	await exchange('an unknown parameter', 'GET /api/events?workflow=SALES');
	await exchange('a Last-Event-ID that is no cursor', 'GET /api/events', { headers: { 'last-event-id': 'x' } });
});
