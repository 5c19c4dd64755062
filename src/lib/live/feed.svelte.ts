import { createContext } from 'svelte';
import type { Change, Changes, Head, Stats, Sync } from '#contract';
import { isPast } from '#contract/cursor.ts';
import { connection, type Connection } from './connection.ts';
import { Delay } from './delay.ts';
import { onChanges, onHead, onSync, type Step } from './frames.ts';
import { Ride } from './ride.svelte.ts';
import { Sleep, TICK_MS } from './sleep.svelte.ts';
import { FeedSocket } from './socket.ts';
import { browser, type Line, type Rider, type Surroundings } from './surroundings.ts';

/** Callbacks of the page that uses the feed. */
interface Ears {
	/** Receives changes in commit order, each exactly once. */
	apply(changes: Change[]): void;
	/**
	 * Asks the page to reload its list, and then to pass the cursor of that list to `adopt`. `cursor` is the
	 * server's cursor at the reset.
	 */
	reload(cursor: string): void;
	/** Receives the server's current time. */
	heard(at: string): void;
	/** Receives the server's call counts; null when the server stops sending them. */
	figures(stats: Stats | null): void;
}

/** A sync request without any server traffic for this long is retried over a new connection. */
const ANSWER_WITHIN_MS = 8_000;
/** A list reload that takes longer is requested again. */
const LIST_WITHIN_MS = 15_000;
/** How long "Catching up, 38 changes" is shown. */
const CAUGHT_MS = 1_500;
/** After this many consecutive attempts without a handshake, assume that a proxy refuses WebSockets. */
const TRIES_BROKEN = 2;

/**
 * The page's connection to the feed of the server. It requests missing changes, reconnects without end and reports
 * its state.
 */
export class Feed {
	/** The server runs another version than this page. */
	outdated = $state(false);
	/** The session has ended: the server rejects this tab. */
	refused = $state(false);
	/** When the last change arrived, by the browser's clock. */
	changedAt = $state<number | null>(null);

	#up = $state(false);
	#synced = $state(false);
	#brokenAt = $state<number | null>(null);
	/**
	 * The latest time at which a received message was certainly current, by the browser's clock: the time of a request
	 * that was answered, or the time at which a frame was sent. The time of receipt is no proof, because a connection
	 * can hold messages back.
	 */
	#heardAt = $state(Date.now());
	#nextTryAt = $state<number | null>(null);
	#caught = $state.raw<{ changes: number; until: number } | null>(null);
	#now = $state(Date.now());

	#ears: Ears;
	#version: string;
	#around: Surroundings;
	#cursor: string | null = null;
	#socket: FeedSocket;
	#ride: Ride;
	#sleep = new Sleep();
	#delay = new Delay();
	/** Consecutive attempts that failed before the handshake. */
	#broken = 0;
	#asking = false;
	/** When the missing changes were requested. */
	#askedAt = 0;
	#reloading = false;
	/** When the list reload was requested. */
	#reloadAt = 0;
	/** The server's cursor at the last reset. */
	#resetAt = '';
	#onDeliveries: (() => void) | null = null;

	constructor(version: string, ears: Ears, around: Surroundings = browser) {
		this.#version = version;
		this.#ears = ears;
		this.#around = around;
		this.#ride = new Ride(around.ride);
		this.#socket = new FeedSocket(around.chance, {
			cursor: () => this.#cursor,
			isRelieved: () => this.overStream,
			opened: (line) => this.#listen(line),
			connected: (openedAt) => {
				this.#ride.dismount('socket');
				this.#broken = 0;
				this.#stand(openedAt);
			},
			disconnected: () => {
				this.#ears.figures(null);
				this.#broke();
			},
			failed: (error, hopeless) => this.#failed(error, hopeless),
			silent: () => this.retry(),
		});
	}

	/** True while no socket gets through and changes arrive over the event stream. */
	get overStream(): boolean {
		return this.#ride.isOn;
	}

	/**
	 * True if another socket attempt failed while the event stream was open. A proxy then probably blocks
	 * WebSockets.
	 */
	get socketRefused(): boolean {
		return this.#ride.isOnlyWay;
	}

	readonly connection: Connection = $derived(
		connection({
			up: this.#up,
			synced: this.#synced && !this.#sleep.isUnanswered,
			brokenAt: this.#brokenAt,
			heardAt: this.#heardAt,
			nextTryAt: this.#nextTryAt,
			caught: this.#caught,
			now: this.#now,
		}),
	);

	/** Milliseconds since the last change; null before the first. */
	readonly quietMs: number | null = $derived(this.changedAt === null ? null : Math.max(0, this.#now - this.changedAt));

	/** This client's cursor; null before the first list. */
	get cursor(): string | null {
		return this.#cursor;
	}

	/** Takes over the cursor of a freshly loaded list. The cursor only moves forward, except during a reload. */
	adopt(cursor: string): void {
		const own = this.#cursor;
		if (own === null || this.#reloading || isPast(own, cursor)) this.#cursor = cursor;
		if (!this.#reloading) return;
		this.#reloading = false;
		// Frames that arrived during the reload were ignored, so request their changes.
		void this.#catchUp();
	}

	/** Connects, and returns a function that disconnects. */
	start(): () => void {
		let stopped = false;
		const tick = setInterval(() => this.#tick(), TICK_MS);
		const asleep = this.#around.onWake((visible, online) => {
			const up = this.#up;
			this.#tick();
			// If the tick found the connection dead, the tick has already started an attempt.
			if (up === this.#up && (online || (visible && !up))) this.check();
		});
		this.#heardAt = this.#now = Date.now();
		this.#sleep.tick(this.#now);
		this.#brokenAt = this.#nextTryAt = null;
		this.#around.socketIo().then(
			(io) => {
				if (!stopped) this.#socket.open(io);
			},
			() => (this.#brokenAt ??= Date.now()),
		);
		return () => {
			stopped = true;
			clearInterval(tick);
			asleep();
			this.#ride.dismount();
			this.#socket.close();
			// Closing the event stream fires no `disconnect`, so reset the state here.
			this.#up = this.#synced = false;
		};
	}

	/** Reconnects now instead of waiting for the next attempt. */
	retry(): void {
		this.#socket.retry();
		this.#nextTryAt = null;
	}

	/**
	 * Checks the connection. A live connection requests missing changes, and any other connection is replaced. On
	 * the event stream, the socket is tried too.
	 */
	check(): void {
		const isLive = this.#up && this.#synced;
		if (isLive) void this.#catchUp();
		if (!isLive || this.overStream) this.retry();
	}

	/**
	 * Calls `changed` when deliveries changed or changes may have been missed. Returns a function that unsubscribes.
	 */
	watchDeliveries(changed: () => void): () => void {
		this.#onDeliveries = changed;
		this.#watch();
		return () => {
			this.#onDeliveries = null;
			this.#watch();
		};
	}

	#watch(): void {
		const now = (): void => this.#onDeliveries?.();
		if (this.overStream) now();
		else if (this.#up) this.#socket.line?.emit('watch-deliveries', { on: this.#onDeliveries !== null }, now);
	}

	#listen(line: Line): void {
		line.on('sync', (sync) => this.#onSync(sync));
		line.on('changes', (frame) => this.#onChanges(frame));
		line.on('head', (head) => this.#onHead(head));
		line.on('stats', (stats) => this.#ears.figures(stats));
		line.on('deliveries', () => this.#onDeliveries?.());
	}

	/**
	 * Handles a failed socket attempt. After `TRIES_BROKEN` failures in a row, opens the event stream too.
	 * `hopeless` means that the server rejected the socket, so the event stream would not help.
	 */
	#failed(error: Error | null, hopeless: boolean): void {
		this.refused ||= (error as { data?: { code?: string } } | null)?.data?.code === 'unauthorized';
		if (error) this.#ride.isOnlyWay = this.overStream;
		if (this.overStream) return;
		this.#broke();
		if (!hopeless && ++this.#broken >= TRIES_BROKEN) this.#mount();
	}

	/**
	 * Sets the state of a new connection, whose first sync was requested at `askedAt`. The connection is not live before
	 * this sync.
	 */
	#stand(askedAt: number): void {
		this.#up = true;
		this.#socket.rest();
		this.#brokenAt = this.#nextTryAt = null;
		this.#synced = this.#asking = this.#reloading = this.refused = false;
		this.#sleep.answered(this.#sleep.sleeps);
		this.#delay = new Delay();
		this.#heard(askedAt);
		if (this.#onDeliveries) this.#watch();
	}

	/** Falls back to the event stream while the socket keeps retrying. */
	#mount(): void {
		const rider: Rider = {
			cursor: () => this.#cursor,
			sync: (sync, askedAt) => {
				if (!this.overStream) {
					this.#ride.isOn = true;
					this.#socket.plan();
					this.#stand(askedAt);
				}
				this.#onSync(sync, askedAt);
			},
			changes: (frame) => this.#onChanges(frame),
			head: (head) => {
				this.#socket.calm();
				this.#onHead(head);
			},
			over: () => this.#fall(),
			retry: () => this.retry(),
		};
		this.#ride.mount(rider, () => (this.refused = true));
	}

	/** Handles the end of the event stream: the socket reconnects as at the start. */
	#fall(): void {
		const rode = this.overStream;
		this.#ride.dismount();
		if (!rode) return;
		this.#socket.line?.disconnect();
		this.#socket.plan();
		this.#broke();
	}

	#broke(): void {
		this.#up = this.#synced = false;
		this.#now = Date.now();
		this.#brokenAt ??= this.#now;
		this.#nextTryAt = this.#now + this.#socket.wait;
		this.#socket.broke();
	}

	/** Notes that a message arrived which was current at `at`. */
	#heard(at: number): void {
		this.#sleep.notice();
		this.#now = Date.now();
		this.#heardAt = Math.max(this.#heardAt, at);
	}

	/** Notes that a frame arrived which the server sent at `at`, by the server's clock. */
	#heardFrame(at: string): void {
		const now = Date.now();
		this.#heard(now - this.#delay.of(Date.parse(at), now));
		this.#ears.heard(at);
	}

	/** `askedAt`: when the sync was requested; absent if the server sent it unasked, which proves nothing. */
	#onSync(sync: Sync, askedAt = this.#heardAt): void {
		this.#heard(askedAt);
		this.outdated = sync.version !== this.#version;
		const step = onSync(this.#cursor, sync);
		if (step.do === 'apply' && step.changes.length > 0) {
			this.#caught = { changes: step.changes.length, until: Date.now() + CAUGHT_MS };
		}
		this.#take(step, sync.cursor);
	}

	#onChanges(frame: Changes): void {
		this.#heardFrame(frame.at);
		if (this.#cursor !== null && !this.#reloading) this.#take(onChanges(this.#cursor, frame));
	}

	#onHead(head: Head): void {
		this.#heardFrame(head.at);
		if (this.#cursor !== null && !this.#reloading) this.#take(onHead(this.#cursor, head));
	}

	#take(step: Step, cursor = ''): void {
		if (step.do === 'apply') {
			this.#cursor = step.cursor;
			this.#synced ||= !this.#asking;
			if (step.changes.length === 0) return;
			this.changedAt = this.#now;
			this.#ears.apply(step.changes);
			if (this.overStream) this.#onDeliveries?.();
		} else if (step.do === 'reload') {
			this.#synced = false;
			this.#reload(cursor);
		} else if (step.do === 'sync') void this.#catchUp();
	}

	#reload(cursor: string): void {
		this.#reloading = true;
		this.#reloadAt = Date.now();
		this.#resetAt = cursor;
		this.#ears.reload(cursor);
	}

	/** Requests missing changes, one request at a time. */
	async #catchUp(): Promise<void> {
		const [{ line }, { ask }] = [this.#socket, this.#ride];
		// An unconnected socket receives a sync on connecting anyway.
		if (!line || this.#asking || (!ask && !line.connected)) return;
		this.#asking = true;
		this.#askedAt = Date.now();
		this.#synced = false;
		const [cursor, { sleeps }] = [this.#cursor, this.#sleep];
		try {
			const sync = await (ask?.(cursor) ?? line.emitWithAck('sync', { cursor }));
			if (ask !== this.#ride.ask) return;
			this.#asking = false;
			this.#sleep.answered(sleeps);
			this.#onSync(sync, this.#askedAt);
		} catch {
			// The request failed. After a lost connection, the next connection starts with a sync.
			if (ask !== this.#ride.ask) return;
			this.#asking = false;
			if (ask) this.#fall();
		}
	}

	/**
	 * True if a sync request over the socket waits and nothing has arrived for `ANSWER_WITHIN_MS`. While frames
	 * arrive, the response may just be queued behind them.
	 */
	get #isUnheard(): boolean {
		const since = Math.max(this.#askedAt, this.#heardAt);
		return this.#asking && !this.overStream && this.#now - since >= ANSWER_WITHIN_MS;
	}

	#tick(): void {
		const slept = this.#sleep.notice();
		this.#now = Date.now();
		// The clock may have been set back. A noted time that is now in the future is replaced by the current
		// time.
		this.#heardAt = Math.min(this.#heardAt, this.#now);
		this.#reloadAt = Math.min(this.#reloadAt, this.#now);
		if (this.#brokenAt !== null) this.#brokenAt = Math.min(this.#brokenAt, this.#now);
		this.#sleep.tick(this.#now);
		if (this.#up) {
			// An open connection without any traffic is half-open, so replace it.
			if (this.connection.state === 'stale') {
				if (this.overStream) this.#fall();
				else this.retry();
			}
			// Right after a sleep, frames that arrived meanwhile may not have been processed yet, so do not retry
			// in this tick.
			else if (!slept && this.#isUnheard) this.retry();
			// The list did not load in time, and only the feed requests it again.
			else if (this.#reloading && this.#now - this.#reloadAt >= LIST_WITHIN_MS) this.#reload(this.#resetAt);
			else if (this.#synced && this.#sleep.isUnanswered) void this.#catchUp();
		} else this.#socket.tick(this.#now);
	}
}

export const [getFeed, setFeed] = createContext<Feed>();
