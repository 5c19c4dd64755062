import type { Call } from './call.ts';
import type { CallPage, CallQuery, DeliveriesQuery } from './list.ts';
import type { Problem } from './problem.ts';
import type { Delivery, DeliveryState } from './provider.ts';
import type { Timestamp } from './text.ts';
import type { DELIVERY_GROUPS } from './words.ts';

/** The result of a call from a page: the value, or the problem that the REST API would have returned. */
export type PageResult<T> = { ok: T; problem?: never } | { ok?: never; problem: Omit<Problem, 'requestId'> };

/** One page of the history, with the data that the dashboard shows around it. */
export interface CallsView {
	page: CallPage;
	/** The filters as parsed. `page` is the token of the position that the URL named. */
	query: CallQuery;
	/**
	 * Whether `query.page` reads backward: the page of calls then ends at that position, and does not begin there.
	 */
	back: boolean;
	/** The approximate share of the history before this page, from 0 to 1. null if a filter is set. */
	shareBefore: number | null;
	/** Calls in the whole history, as of `page.cursor`. */
	total: number;
	pending: number;
	/** The server's time of this view. */
	at: Timestamp;
}

/** Deliveries in one of the groups of `DELIVERY_GROUPS`. */
export interface DeliveryGroup {
	name: keyof typeof DELIVERY_GROUPS;
	/** The states of this group that the filter includes. */
	states: DeliveryState[];
	/** Newest first. Signatures are masked and long bodies are truncated. */
	deliveries: Delivery[];
	nextPage: string | null;
	/**
	 * How many of all matching deliveries a manual bulk redelivery would send. null if counting takes too long for a
	 * page.
	 */
	again: number | null;
}

/** The data of the deliveries page. */
export interface DeliveriesView {
	/**
	 * A single group is a list with pages. Several groups each show their newest deliveries. Empty groups are left out.
	 */
	groups: DeliveryGroup[];
	/** The filters as parsed. */
	query: DeliveriesQuery;
	/** Deliveries that are pending or retrying and match every filter but the state. */
	pending: number;
	failed: number;
	/** Customer names by call id, for the calls that this server has. */
	customers: Record<string, string>;
	/** Whether the provider is another server, which does not share its deliveries. */
	foreign: boolean;
	/** The server's time of this view. */
	at: Timestamp;
}

/**
 * The functions of the running server that the pages may call. SvelteKit has a module graph of its own and imports
 * no server code. So src/server/web.ts stores this object in `globalThis.audena`, and src/hooks.server.ts reads it.
 */
export interface Pages {
	/** The server's version, as sent in every `sync`. */
	readonly version: string;
	/** `APP_URL`, the base address for automation. null means the address under which the page was opened. */
	readonly appUrl: string | null;
	/** Whether the server requires a token. */
	readonly protected: boolean;
	/** Logs the error of a page that failed. */
	logError(error: unknown, requestId: string): void;
	/**
	 * Returns the problem that a client without HTML gets for this status. Returns null if the status has no such
	 * problem.
	 */
	problemOf(status: number): Omit<Problem, 'requestId'> | null;
	/** Whether the session in this Cookie header may see the pages. Always true if the server requires no token. */
	maySeePages(cookie: string | null): Promise<boolean>;
	/**
	 * Reads one page of calls for the query parameters of a URL: those of REST, and `at`. `at` sets where the list
	 * begins, without filtering: `end`, a day, a time, a call's id or a share of the history.
	 */
	calls(params: URLSearchParams): Promise<PageResult<CallsView>>;
	/** Same as `POST /api/calls`, for forms without JavaScript. Validates `input`. */
	create(input: Record<string, unknown>): Promise<PageResult<Call>>;
	/** Reads the matching deliveries, in groups, for the query parameters of a URL. */
	deliveries(params: URLSearchParams): Promise<PageResult<DeliveriesView>>;
	/** The total number of dead deliveries. */
	deadLetters(): Promise<number>;
}
