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
	/** Starts to follow the feed, as when the user opens a page with the feed. No effect if already started. */
	start(): void;
	/** Stops following the feed, as when the user leaves for a page without the feed. */
	stop(): void;
	/** Acts as if the browser reported that the network is back and the page is visible. */
	wake(): void;
	/** Checks the connection, as when the user presses the connection indicator. */
	check(): void;
	/** Whether the client is live at the head of the feed. */
	isAt(head: string): boolean;
	/** Describes the client's state, to analyze a failure. */
	describeState(): string;
}

/** Timeout of one page of the list, in milliseconds. */
export const LIST_WITHIN_MS = 4_000;
