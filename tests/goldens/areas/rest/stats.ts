import type { Tools } from '../area.ts';

/** Records `GET /api/stats` of a history. Clears the history step by step. */
export async function recordStats({ server, exchange }: Pick<Tools, 'server' | 'exchange'>): Promise<void> {
	await exchange('a history', 'GET /api/stats');
	await exchange('without the body', 'HEAD /api/stats');
	server.clock.pass(60_000);
	await exchange('a minute later', 'GET /api/stats');
	await server.ask('DELETE /api/calls?run=spring');
	await exchange('without a run', 'GET /api/stats');
	await server.ask('DELETE /api/calls');
	await exchange('an empty history', 'GET /api/stats');
}
