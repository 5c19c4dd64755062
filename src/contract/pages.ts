import type { Call } from './call.ts';
import type { CallPage, CallQuery, DeskQuery } from './list.ts';
import type { Problem } from './problem.ts';
import type { Delivery, DeliveryState } from './provider.ts';
import type { Timestamp } from './text.ts';
import type { DELIVERY_GROUPS } from './words.ts';

/** An answer to the pages: what was asked for, or the problem that REST would have answered with. */
export type Answer<T> = { ok: T; problem?: never } | { ok?: never; problem: Omit<Problem, 'requestId'> };

/** A page of the history with what the dashboard says around it. */
export interface CallsView {
	page: CallPage;
	/** The filters as they were understood; `page` is the token of the place that the address named. */
	query: CallQuery;
	/** That token reads backwards: the page ends at the place. */
	back: boolean;
	/** About which share of the history, from 0 to 1, stands before this page; null under a filter. */
	shareBefore: number | null;
	/** In the whole history, as of `page.cursor`. */
	total: number;
	pending: number;
	/** The server's clock. */
	at: Timestamp;
}

/** Deliveries that stand at the same point of their way. */
export interface DeliveryGroup {
	name: keyof typeof DELIVERY_GROUPS;
	/** The states of this group that were asked for. */
	states: DeliveryState[];
	/** Newest first; signatures are masked, long bodies cut. */
	deliveries: Delivery[];
	nextPage: string | null;
	/** How many of all that match would be sent again by hand; null where they are too many to count for a page. */
	again: number | null;
}

/** The deliveries page. */
export interface DeskView {
	/** One group is a list with pages; of several each shows its newest. Those without a delivery are left out. */
	groups: DeliveryGroup[];
	/** The filters as they were understood. */
	query: DeskQuery;
	/** How many of these match the filters other than the state. */
	onItsWay: number;
	gaveUp: number;
	/** The names of the calls' customers, by the call's id, where this server has the call. */
	customers: Record<string, string>;
	/** The provider is another server, which keeps its deliveries to itself. */
	foreign: boolean;
	/** When this was so, by the server's clock. */
	at: Timestamp;
}

/**
 * What the pages may ask of the running server. SvelteKit runs in a module graph of its own, so it gets this object
 * handed over once (`globalThis.audena`, set in src/server/web.ts, read in src/hooks.server.ts) and imports nothing.
 */
export interface Pages {
	/** The server's version, also in every `sync`. */
	readonly version: string;
	/** `APP_URL`: where automation reaches this server; null for the address that a page was opened by. */
	readonly appUrl: string | null;
	/** True when a token is needed. */
	readonly protected: boolean;
	/** Tells the log of a page that broke. */
	bug(error: unknown, requestId: string): void;
	/** What a client that wants no HTML gets instead of an error page with this status; null for any other status. */
	problemOf(status: number): Omit<Problem, 'requestId'> | null;
	/** Whether the session in this Cookie header may see the pages; true when nothing is protected. */
	mayEnter(cookie: string | null): Promise<boolean>;
	/**
	 * The query as it stands in the URL; a page and the filters as they were understood. Beside REST's parameters it may
	 * have `at`: where the list begins, without filtering. `end`, a day, a time, a call's id or a share of the history.
	 */
	calls(params: URLSearchParams): Promise<Answer<CallsView>>;
	/** As `POST /api/calls`, for forms without JavaScript. `input` is checked here. */
	create(input: Record<string, unknown>): Promise<Answer<Call>>;
	/** The query as it stands in the URL; the deliveries that match, in their groups. */
	deliveries(params: URLSearchParams): Promise<Answer<DeskView>>;
	/** How many deliveries gave up, all in all. */
	deadLetters(): Promise<number>;
}
