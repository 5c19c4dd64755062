import type { View } from './view.ts';

/** Who follows the feed behind a line of its own. */
export interface Client {
	readonly view: View;
	/** The run that it follows; undefined: everything. */
	readonly run: string | undefined;
	readonly loads: number;
	readonly failedLoads: number;
	/** As a page: its list first, then the feed. */
	open(): Promise<void>;
	/** The reader comes to a page that has the feed, or is there already. */
	start(): void;
	/** The reader goes to a page without it. */
	stop(): void;
	/** The browser says that the network is back, or the page is looked at. */
	wake(): void;
	/** The reader asks whether this is so. */
	check(): void;
	/** True when it is live at the head of the feed. */
	isAt(head: string): boolean;
	/** How it stands, for those who look into a failure. */
	standing(): string;
}

/** A list, or a page of one, that takes longer did not come. */
export const LIST_WITHIN_MS = 4_000;
