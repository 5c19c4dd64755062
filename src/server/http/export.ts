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

/** As many calls as are read and written in one turn of the event loop. */
const CHUNK = 50;

/** How each kind of file begins. */
const FORMATS = {
	csv: {
		type: 'text/csv; charset=utf-8; header=present',
		// Without the mark Excel takes UTF-8 for the reader's old code page. Who reads by script has NDJSON.
		head: `\uFEFF${csvLine(Object.keys(Call.shape))}`,
	},
	ndjson: { type: 'application/x-ndjson; charset=utf-8', head: '' },
} as const;

/**
 * `GET /api/calls/export`: all that matches, read as fast as it is taken. What is created meanwhile is not in the file; a
 * call that changes meanwhile stands in it as it is when its turn comes.
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
		// Oldest first, it would go on for as long as calls are made.
		const upTo = (await reads.position()).seq;
		const pages = pagesOf(gone, (page) =>
			reads.lines({ ...query, limit: CHUNK, ...(page === null ? {} : { page }) }, format, upTo),
		);
		// Before a word is said: a database that cannot be read is a problem, not a broken file.
		const first = await pages.next();
		if (gone.aborted) return;
		describe();
		await send(textOf(FORMATS[format].head, first, pages), response, gone);
	};
}

/** Page by page, to the end or until the reader is gone. */
async function* pagesOf(
	gone: AbortSignal,
	read: (page: string | null) => ReturnType<CallReads['lines']>,
): AsyncGenerator<string[], void> {
	let page: string | null = null;
	do {
		const found = await read(page);
		page = found.nextPage;
		yield found.lines;
		// Everybody else has a turn between two pages, however fast this one is read.
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

/** Waits for the reader, and stops when it leaves. A failure on the way breaks the connection: no file ends early in peace. */
async function send(text: AsyncIterable<string>, response: Response, gone: AbortSignal): Promise<void> {
	try {
		await pipeline(text, response, { signal: gone });
	} catch (error) {
		// The signal comes with every end, also the good one.
		if (!gone.aborted || !isEnd(error)) throw error;
	}
}

const isEnd = (error: unknown): boolean =>
	['ABORT_ERR', 'ERR_STREAM_PREMATURE_CLOSE', 'EPIPE', 'ECONNRESET'].includes((error as { code?: string }).code ?? '');
