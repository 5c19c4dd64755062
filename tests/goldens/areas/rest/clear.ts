import { FAR } from '../../stage/life.ts';
import { area } from '../area.ts';

const UNCLEAR = [
	'run=',
	'run=%20',
	'run=a&run=',
	'Run=a',
	'nonsense=1',
	'status=DONE',
	'from=yesterday',
	'q=%20',
	'dryRun=maybe',
	'limit=5',
	'=1',
	'run=%E0%A4%A',
	'',
];

export const clear = area('rest/clear.json', async ({ life, exchange }) => {
	for (const workflow of ['SUPPORT', 'SALES', 'REMINDER'])
		for (const run of ['a', 'b', 'c'])
			await life.request({ workflow, run, scheduledAt: FAR, customerName: `Of ${run}` });
	const count = (what: string): Promise<unknown> => exchange(what, 'DELETE /api/calls?dryRun=true');
	await count('how many are there');
	await exchange('how many of a run', 'DELETE /api/calls?run=a&dryRun=true');
	await exchange('how many by several filters', 'DELETE /api/calls?workflow=SALES&run=a&run=b&q=of&dryRun=true');
	for (const query of UNCLEAR) await exchange(`unclear: ?${query}`, `DELETE /api/calls?${query}`);
	await exchange('a body', 'DELETE /api/calls', { body: { run: 'a' } });
	await exchange('an id that was left empty', 'DELETE /api/calls/');
	await count('nothing was deleted');
	await exchange('a run', 'DELETE /api/calls?run=a');
	await count('after the run');
	await exchange('a run and a workflow', 'DELETE /api/calls?run=b&workflow=SALES');
	await exchange('a search', 'DELETE /api/calls?q=of%20b&dryRun=false');
	await count('after the search');
	await exchange('an unused run', 'DELETE /api/calls?run=unused');
	await exchange('everything', 'DELETE /api/calls');
	await count('nothing is left');
	await exchange('the list', 'GET /api/calls');
});
