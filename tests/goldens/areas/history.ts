import { createBook } from '../record/recording.ts';
import { createExchanges } from '../stage/exchange.ts';
import { makeHistory } from '../stage/history.ts';
import { createLife } from '../stage/life.ts';
import type { Area } from './area.ts';
import { recordExports } from './exports.ts';
import { recordList } from './rest/list.ts';
import { recordStats } from './rest/stats.ts';

/**
 * Records lists, exports and stats of one shared history, because creating a history takes longer than reading it.
 */
export const history: Area = ({ withServer }) =>
	withServer({}, async (server) => {
		const [list, stats] = [createBook(), createBook()];
		const listed = createExchanges(server, list);
		await listed('an empty history', 'GET /api/calls');
		await recordList(listed, await makeHistory(server, createLife(server)));
		const exports = await recordExports(server);
		await recordStats({ server, exchange: createExchanges(server, stats) });
		return { 'rest/list.json': list.cases, 'rest/stats.json': stats.cases, ...exports };
	});
