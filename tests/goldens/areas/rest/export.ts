import { FAR } from '../../stage/life.ts';
import { area } from '../area.ts';

const REFUSED = [
	'format=xml',
	'format=csv&format=ndjson',
	'limit=5',
	'page=x',
	'status=DONE',
	'order=random',
	'nonsense=1',
];

/** Records the headers and errors of exports. Whole files are in `recorded/exports`. */
export const exporting = area('rest/export.json', async ({ life, exchange }) => {
	await exchange('an empty history as CSV', 'GET /api/calls/export');
	await exchange('an empty history as NDJSON', 'GET /api/calls/export?format=ndjson');
	await life.request({ scheduledAt: FAR });
	await exchange('one call as CSV', 'GET /api/calls/export?format=csv');
	await exchange('one call as NDJSON', 'GET /api/calls/export?format=ndjson');
	await exchange('without the body', 'HEAD /api/calls/export');
	await exchange('NDJSON without the body', 'HEAD /api/calls/export?format=ndjson');
	for (const query of REFUSED) await exchange(`refused: ?${query}`, `GET /api/calls/export?${query}`);
});
