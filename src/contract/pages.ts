import type { Call } from './call.ts';
import type { CallPage, CallQuery } from './list.ts';
import type { Problem } from './problem.ts';
import type { Timestamp } from './text.ts';

/** An answer to the pages: what was asked for, or the problem that REST would have answered with. */
export type Answer<T> = { ok: T; problem?: never } | { ok?: never; problem: Omit<Problem, 'requestId'> };

/** A page of the history with what the dashboard says around it. */
export interface CallsView {
	page: CallPage;
	/** The filters as they were understood. */
	query: CallQuery;
	/** In the whole history, as of `page.cursor`. */
	total: number;
	pending: number;
	/** The server's clock. */
	at: Timestamp;
}

/**
 * What the pages may ask of the running server. SvelteKit runs in a module graph of its own, so it gets this object
 * handed over once (`globalThis.audena`, set in src/server/web.ts, read in src/hooks.server.ts) and imports nothing.
 */
export interface Pages {
	/** The server's version, also in every `sync`. */
	readonly version: string;
	/** Where automation reaches this server, for ready-made commands. */
	readonly apiUrl: string;
	/** True when a token is needed. */
	readonly protected: boolean;
	/** Whether the session in this Cookie header may see the pages; true when nothing is protected. */
	mayEnter(cookie: string | null): Promise<boolean>;
	/** The query as it stands in the URL; a page and the filters as they were understood. */
	calls(params: URLSearchParams): Promise<Answer<CallsView>>;
	/** As `POST /api/calls`, for forms without JavaScript. `input` is checked here. */
	create(input: Record<string, unknown>): Promise<Answer<Call>>;
}
