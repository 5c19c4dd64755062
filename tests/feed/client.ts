import type { View } from './view.ts';

/** A client that follows the feed over its own connection. */
export interface Client {
	readonly view: View;
	/** The run that the client follows; undefined for all calls. */
	readonly run: string | undefined;
	readonly loads: number;
	readonly failedLoads: number;
	/** Loads the list, then follows the feed, as a page does. */
	open(): Promise<void>;
	/** The user opens a page that has the feed, or is already there. */
	start(): void;
	/** The user leaves for a page without the feed. */
	stop(): void;
	/** The browser reports that the network is back, or that the page is visible. */
	wake(): void;
	/** The user asks for a check of the connection. */
	check(): void;
	/** Whether the client is live at the head of the feed. */
	isAt(head: string): boolean;
	/** Describes the client's state, to analyze a failure. */
	describeState(): string;
}

/** Timeout of a list or of one page of it, in milliseconds. */
export const LIST_WITHIN_MS = 4_000;
