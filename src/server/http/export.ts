import { pipeline } from 'node:stream/promises';
import type { RequestHandler, Response } from 'express';
import { Call, ExportQuery } from '#contract';
import { csvLine } from '#contract/csv.ts';
import { queryOf } from '#http/parameters.ts';
import type { CallReads } from '../calls/reads.ts';
import type { Connections } from './connections.ts';
import { heldOpen } from './held-open.ts';

export interface ExportDeps {
	reads: Pick<CallReads, 'lines' | 'position'>;
	connections: Connections;
	now(): number;
}

/** How many calls are read and written in one turn of the event loop. */
const CHUNK = 50;

/** The content type and the first line of each format. */
const FORMATS = {
	csv: {
		type: 'text/csv; charset=utf-8; header=present',
		// Without a byte order mark Excel decodes UTF-8 as the system's legacy code page. Scripts can read NDJSON
		// instead.
		head: `\uFEFF${csvLine(Object.keys(Call.shape))}`,
	},
	ndjson: { type: 'application/x-ndjson; charset=utf-8', head: '' },
} as const;

/**
 * `GET /api/calls/export`: streams every matching call at the reader's pace. Calls created meanwhile are left out. A
 * call that changes meanwhile appears in the state it has when it is read.
 */
export function exportRoute({ reads, connections, now }: ExportDeps): RequestHandler {
	return async (request, response) => {
		const { format = 'csv', ...query } = queryOf(request, ExportQuery);
		const describe = (): void => {
			const at = new Date(now()).toISOString().slice(0, 19).replaceAll(':', '-');
			response.attachment(`calls-${at}Z.${format}`).set('Content-Type', FORMATS[format].type);
		};
		if (request.method === 'HEAD') {
			describe();
			response.end();
			return;
		}
		const gone = heldOpen(connections, request, response);
		// Without an upper bound an export with the oldest first would continue as long as calls are created.
		const upTo = (await reads.position()).seq;
		const pages = pagesOf(gone, (page) =>
			reads.lines({ ...query, limit: CHUNK, ...(page === null ? {} : { page }) }, format, upTo),
		);
		// Read the first page before the headers are sent: an unreadable database is then a problem response, not a
		// broken file.
		const first = await pages.next();
		if (gone.aborted) return;
		describe();
		await send(textOf(FORMATS[format].head, first, pages), response, gone);
	};
}

/** Yields page after page, until the end or until the reader disconnects. */
async function* pagesOf(
	gone: AbortSignal,
	read: (page: string | null) => ReturnType<CallReads['lines']>,
): AsyncGenerator<string[], void> {
	let page: string | null = null;
	do {
		const found = await read(page);
		page = found.nextPage;
		yield found.lines;
		// Other work gets a turn between two pages, even with a fast reader.
		await new Promise(setImmediate);
	} while (page !== null && !gone.aborted);
}

async function* textOf(
	head: string,
	first: IteratorResult<string[], void>,
	rest: AsyncIterable<string[]>,
): AsyncGenerator<string> {
	yield head + (first.value ?? []).join('');
	for await (const lines of rest) if (lines.length > 0) yield lines.join('');
}

/**
 * Sends the text at the reader's pace and stops when the reader disconnects. An error breaks the connection, so
 * that a truncated file never looks complete.
 */
async function send(text: AsyncIterable<string>, response: Response, gone: AbortSignal): Promise<void> {
	try {
		await pipeline(text, response, { signal: gone });
	} catch (error) {
		// The signal aborts at every end of the response, also after success.
		if (!gone.aborted || !isEnd(error)) throw error;
	}
}

const isEnd = (error: unknown): boolean =>
	['ABORT_ERR', 'ERR_STREAM_PREMATURE_CLOSE', 'EPIPE', 'ECONNRESET'].includes((error as { code?: string }).code ?? '');
