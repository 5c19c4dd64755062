import type { IncomingHttpHeaders } from 'node:http';
import type { Book } from '../record/recording.ts';
import type { Answered } from './http.ts';
import type { Asking, Server } from './server.ts';

/** The headers that clients rely on. `rest/headers.json` has all headers of some responses. */
const HEADERS = [
	'content-type',
	'cache-control',
	'location',
	'allow',
	'retry-after',
	'etag',
	'last-modified',
	'link',
	'idempotent-replayed',
	'www-authenticate',
	'set-cookie',
	'content-disposition',
	'content-encoding',
	'x-accel-buffering',
	'x-request-id',
];

export interface Exchange extends Asking {
	/** Recorded in place of a body that is too long or is not text. */
	shown?: unknown;
}

/** Sends a request, records the response and returns it without changes. */
export type Exchanges = (what: string, line: string, exchange?: Exchange) => Promise<Answered>;

export function createExchanges(server: Server, book: Book): Exchanges {
	const { names } = server;
	return async (what, line, { shown, ...asking } = {}) => {
		const answered = await server.ask(line, asking);
		const { headers, body } = asking;
		const sent = shown ?? body;
		book.add(what, {
			request: names.text(line),
			...(headers === undefined ? {} : { sentHeaders: names.value(headers) }),
			...(sent === undefined ? {} : { sent: names.value(sent) }),
			...(asking.anonymous === true ? { anonymous: true } : {}),
			...saidBy(server, answered),
		});
		return answered;
	};
}

/** Returns the part of a response that is recorded. */
export function saidBy({ names }: Server, { status, headers, text }: Answered): object {
	const isJson = /json/.test(headers['content-type'] ?? '') && !/ndjson/.test(headers['content-type'] ?? '');
	const body: unknown = isJson && text !== '' ? JSON.parse(text) : text;
	return { status, headers: names.value(headersOf(headers)), body: isJson ? names.value(body) : names.text(text) };
}

function headersOf(headers: IncomingHttpHeaders): Record<string, unknown> {
	return Object.fromEntries(HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}
