import type { Server } from '../stage/server.ts';
import type { Recordings } from '../record/recording.ts';

const FILES: Readonly<Record<string, string>> = {
	'exports/calls.csv': '',
	'exports/calls.ndjson': '?format=ndjson',
	'exports/oldest-failed.csv': '?format=csv&status=FAILED&order=oldest',
	'exports/search.ndjson': '?format=ndjson&q=a&workflow=SALES&workflow=REMINDER',
};

/** Records both export formats of a whole history, and two exports with filters. */
export async function recordExports(server: Server): Promise<Recordings> {
	const recordings: Recordings = {};
	for (const [name, query] of Object.entries(FILES))
		recordings[name] = server.names.text((await server.ask(`GET /api/calls/export${query}`)).text);
	return recordings;
}
