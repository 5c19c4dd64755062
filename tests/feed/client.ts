import { io } from 'socket.io-client';
import { SILENT_AFTER_MS, type Call, type Change } from '#contract';
import { drop } from '#lib/history/rows.ts';
import { place } from '#lib/live/cursor.ts';
import { Feed } from '#lib/live/feed.svelte.ts';
import type { Dice } from '#provider/dice.ts';
import { readList, type List } from './list.ts';
import type { Ledger, Told } from './told.ts';

const LIST_WITHIN_MS = 4_000;
/** What is committed may be gathered for so long before it is sent. */
const GATHERED_WITHIN_MS = 1_000;
/** The feed looks at its clock twice a second; the rest is for a busy machine. */
const NOTICED_WITHIN_MS = 2_000;

/** What went wrong with a client, as sentences. */
export interface Faults {
	doubled: string[];
	outOfOrder: string[];
	movedBack: string[];
	/** Live while it lacked what it had to have. */
	dishonest: string[];
}

/** A tab without a screen: the product's own feed over a real socket, and all calls by its changes. */
export class FeedClient {
	readonly feed: Feed;
	calls = new Map<string, Call>();
	readonly faults: Faults = { doubled: [], outOfOrder: [], movedBack: [], dishonest: [] };
	/** Changes that were applied. */
	applied = 0;
	loads = 0;
	failedLoads = 0;
	/** Samples, and those of them in which it was live. */
	samples = 0;
	liveSamples = 0;
	/** The oldest acknowledged change that it lacked while it was live. */
	longestBehindMs = 0;

	#name: string;
	#url: string;
	#ledger: Ledger;
	/** When the server sent the last thing that came here. */
	#sentAt = 0;
	/** Of what was acknowledged, the first that was not seen here yet. */
	#next = 0;
	#epoch = '';
	#seq = 0;
	#seen = new Set<number>();
	/** What was applied in this epoch: a list may have been read before it. */
	#log: Change[] = [];
	#wake: (() => void) | undefined;
	#stop: (() => void) | undefined;

	constructor(name: string, url: string, ledger: Ledger, dice: Dice) {
		this.#name = name;
		this.#url = url;
		this.#ledger = ledger;
		const ears = {
			apply: (changes: Change[]) => this.#apply(changes),
			reload: () => void this.#load(),
			heard: (at: string) => (this.#sentAt = Math.max(this.#sentAt, Date.parse(at))),
		};
		this.feed = new Feed('', ears, {
			socketIo: () => Promise.resolve((options) => io(url, { ...options, forceNew: true })),
			onWake: (wake) => {
				this.#wake = () => wake(true);
				return () => (this.#wake = undefined);
			},
			chance: dice,
		});
	}

	/** As a page: its list first, then the feed. */
	async open(): Promise<void> {
		this.#show(await readList(this.#url, LIST_WITHIN_MS));
		this.start();
	}

	/** The reader comes to a page that has the feed, or is there already. */
	start(): void {
		this.#stop ??= this.feed.start();
	}

	/** The reader goes to a page without it. */
	stop(): void {
		this.#stop?.();
		this.#stop = undefined;
	}

	/** The browser says that the network is back, or the page is looked at. */
	wake(): void {
		this.#wake?.();
	}

	/** True when it is live at the head of the feed. */
	isAt(head: string): boolean {
		return this.feed.connection.state === 'live' && this.feed.cursor === head;
	}

	/**
	 * Looks at what it says of itself. While it says "live", of all that REST acknowledged (by `Ledger`) it may lack
	 * nothing
	 * - that was acknowledged before the server sent the last frame or heartbeat that came here: on a line on which
	 *   something comes, that is the heartbeat's 5 s;
	 * - that was acknowledged longer ago than the silence after which it does not call itself live: on a line on which
	 *   nothing comes, 12 s.
	 */
	sample(now: number): void {
		const { told, from } = this.#ledger;
		this.#next = Math.max(this.#next, from);
		while (this.#next < told.length && this.#ledger.isShown(told[this.#next]!, this.calls)) this.#next++;
		this.samples++;
		this.#checkCursor();
		if (this.feed.connection.state !== 'live') return;
		this.liveSamples++;
		const lacking = told[this.#next];
		if (!lacking) return;
		this.longestBehindMs = Math.max(this.longestBehindMs, now - lacking.at);
		if (this.#sentAt - lacking.at > GATHERED_WITHIN_MS) this.#lies(lacking, now, 'has heard of later times');
		else if (now - lacking.at > SILENT_AFTER_MS + NOTICED_WITHIN_MS) this.#lies(lacking, now, 'should have noticed');
	}

	#lies({ id, seq, at }: Told, now: number, why: string): void {
		const what = seq === null ? 'the deletion' : `seq ${seq}`;
		this.faults.dishonest.push(`${this.#name} is live, ${why}, and lacks ${what} of ${id} since ${now - at} ms`);
	}

	async #load(): Promise<void> {
		// Of several loads under way the last one counts, as in the pages.
		const load = ++this.loads;
		try {
			const list = await readList(this.#url, LIST_WITHIN_MS);
			if (load === this.loads) this.#show(list);
		} catch {
			this.failedLoads++; // the feed asks again
		}
	}

	#show({ calls, cursor }: List): void {
		const { epoch, seq } = place(cursor);
		if (epoch !== this.#epoch) this.#log = [];
		this.calls = calls;
		for (const change of this.#log) if (change.seq > seq) this.#put(change);
		this.feed.adopt(cursor);
		this.#checkCursor();
	}

	#apply(changes: Change[]): void {
		const before = this.#seq;
		this.#checkCursor();
		let last = this.#log.at(-1)?.seq ?? 0;
		for (const change of changes) {
			if (this.#seen.has(change.seq)) this.faults.doubled.push(`${this.#name}: ${change.seq}`);
			if (change.seq <= Math.max(last, before))
				this.faults.outOfOrder.push(`${this.#name}: ${change.seq} after ${last}`);
			last = change.seq;
			this.#seen.add(last);
			this.#log.push(change);
			this.#put(change);
			this.applied++;
		}
		if (last > this.#seq) this.faults.outOfOrder.push(`${this.#name}: ${last} past its own cursor ${this.#seq}`);
	}

	#put(change: Change): void {
		if (!('call' in change)) drop(this.calls, change);
		else if ((this.calls.get(change.call.id)?.seq ?? 0) < change.seq) this.calls.set(change.call.id, change.call);
	}

	#checkCursor(): void {
		if (this.feed.cursor === null) return;
		const { epoch, seq } = place(this.feed.cursor);
		if (epoch !== this.#epoch) this.#seen.clear();
		else if (seq < this.#seq) this.faults.movedBack.push(`${this.#name}: from ${this.#seq} to ${seq}`);
		this.#epoch = epoch;
		this.#seq = seq;
	}
}
