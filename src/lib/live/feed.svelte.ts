import { createContext } from 'svelte';
import type { Change, Changes, Head, Stats, Sync } from '#contract';
import { isPast } from '#contract/cursor.ts';
import { connection, type Connection } from './connection.ts';
import { onChanges, onHead, onSync, type Step } from './frames.ts';
import { Ride } from './ride.svelte.ts';
import { Sleep, TICK_MS } from './sleep.svelte.ts';
import { FeedSocket } from './socket.ts';
import { browser, type Line, type Rider, type Surroundings } from './surroundings.ts';

/** Who listens. */
interface Ears {
	/** Changes in the order of their commits, each exactly once. */
	apply(changes: Change[]): void;
	/** The list must be loaded anew; its cursor comes back through `adopt`. The feed stands at `cursor`. */
	reload(cursor: string): void;
	/** The server said what time it is. */
	heard(at: string): void;
	/** How many calls there are, as the server counts; null when it tells no more. */
	figures(stats: Stats | null): void;
}

/** Who was asked and says nothing for so long is asked over a new line. */
const ANSWER_WITHIN_MS = 8_000;
/** A list that was not loaded by then is asked for again. */
const LIST_WITHIN_MS = 15_000;
/** How long "Catching up, 38 changes" stands. */
const CAUGHT_MS = 1_500;
/** So many tries in a row that break before the handshake, and something between may refuse sockets. */
const TRIES_BROKEN = 2;

/** The line to the server: it asks for what it missed, it never gives up, and it says how it stands. */
export class Feed {
	/** The server runs another version than this page. */
	outdated = $state(false);
	/** The session has ended: the server does not let this tab in. */
	refused = $state(false);
	/** When the last change came, by the browser's clock. */
	changedAt = $state<number | null>(null);

	#up = $state(false);
	#synced = $state(false);
	#brokenAt = $state<number | null>(null);
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
	/** How many tries in a row broke before the handshake. */
	#broken = 0;
	#asking = false;
	/** When what is missing was asked for. */
	#askedAt = 0;
	#reloading = false;
	/** When the list was asked for, where it has to be loaded anew. */
	#reloadAt = 0;
	/** Where the feed stood when it said so. */
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
			connected: () => {
				this.#ride.dismount('socket');
				this.#broken = 0;
				this.#stand();
			},
			disconnected: () => {
				this.#ears.figures(null);
				this.#broke();
			},
			failed: (error, hopeless) => this.#failed(error, hopeless),
			silent: () => this.retry(),
		});
	}

	/** No socket comes through: what changes comes over the event stream. */
	get overStream(): boolean {
		return this.#ride.isOn;
	}

	/** So it is for sure: a socket was tried once more while the stream stood. */
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

	/** How long no change has come; null before the first. */
	readonly quietMs: number | null = $derived(this.changedAt === null ? null : Math.max(0, this.#now - this.changedAt));

	/** Where this client stands; null before the first list. */
	get cursor(): string | null {
		return this.#cursor;
	}

	/** Where a freshly loaded list stands. The cursor moves forward only, unless the database is another one. */
	adopt(cursor: string): void {
		const own = this.#cursor;
		if (own === null || this.#reloading || isPast(own, cursor)) this.#cursor = cursor;
		if (!this.#reloading) return;
		this.#reloading = false;
		// Frames that came during the load were passed over.
		void this.#catchUp();
	}

	/** Connects until the answer is called. */
	start(): () => void {
		let stopped = false;
		const tick = setInterval(() => this.#tick(), TICK_MS);
		const asleep = this.#around.onWake((visible, online) => {
			const up = this.#up;
			this.#tick();
			// Where the tick has found the line dead, it is tried anew already.
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
			// Over the event stream no socket says so: what stood is over.
			this.#up = this.#synced = false;
		};
	}

	/** Now, without waiting for the next try. */
	retry(): void {
		this.#socket.retry();
		this.#nextTryAt = null;
	}

	/** The reader asks: is this really so. A live line is asked for what is missing, any other is tried anew. */
	check(): void {
		if (this.#up && this.#synced) void this.#catchUp();
		if (!this.#up || !this.#synced || this.overStream) this.retry();
	}

	/** Calls `changed` when deliveries changed, and when some may have been missed, until the answer is called. */
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

	/** A try did not come through. */
	#failed(error: Error | null, hopeless: boolean): void {
		this.refused ||= (error as { data?: { code?: string } } | null)?.data?.code === 'unauthorized';
		if (error) this.#ride.isOnlyWay = this.overStream;
		if (this.overStream) return;
		this.#broke();
		if (!hopeless && ++this.#broken >= TRIES_BROKEN) this.#mount();
	}

	/** The line stands; the sync comes next. */
	#stand(): void {
		this.#up = true;
		this.#socket.rest();
		this.#brokenAt = this.#nextTryAt = null;
		this.#synced = this.#asking = this.#reloading = this.refused = false;
		this.#sleep.answered(this.#sleep.sleeps);
		// That was the server: the silence is over, and the sync has its time to come.
		this.#heard();
		if (this.#onDeliveries) this.#watch();
	}

	/** Tries to ride on the event stream, while the socket goes on trying. */
	#mount(): void {
		const rider: Rider = {
			cursor: () => this.#cursor,
			sync: (sync) => {
				if (!this.overStream) {
					this.#ride.isOn = true;
					this.#socket.plan();
					this.#stand();
				}
				this.#onSync(sync);
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

	/** The event stream is over: what comes next is tried as at the beginning. */
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

	#heard(at?: string): void {
		this.#sleep.notice();
		this.#heardAt = this.#now = Date.now();
		if (at !== undefined) this.#ears.heard(at);
	}

	#onSync(sync: Sync): void {
		this.#heard();
		this.outdated = sync.version !== this.#version;
		const step = onSync(this.#cursor, sync);
		if (step.do === 'apply' && step.changes.length > 0) {
			this.#caught = { changes: step.changes.length, until: Date.now() + CAUGHT_MS };
		}
		this.#take(step, sync.cursor);
	}

	#onChanges(frame: Changes): void {
		this.#heard(frame.at);
		if (this.#cursor !== null && !this.#reloading) this.#take(onChanges(this.#cursor, frame));
	}

	#onHead(head: Head): void {
		this.#heard(head.at);
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

	/** Asks for what is missing, one question at a time. */
	async #catchUp(): Promise<void> {
		const [{ line }, { ask }] = [this.#socket, this.#ride];
		// Who is not connected yet begins with a sync anyway.
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
			this.#onSync(sync);
		} catch {
			// No answer; where the line broke, a new connection begins with a sync.
			if (ask !== this.#ride.ask) return;
			this.#asking = false;
			if (ask) this.#fall();
		}
	}

	/** Asked over the socket, and nothing was heard since: behind many frames an answer may take its time. */
	get #isUnheard(): boolean {
		const since = Math.max(this.#askedAt, this.#heardAt);
		return this.#asking && !this.overStream && this.#now - since >= ANSWER_WITHIN_MS;
	}

	#tick(): void {
		const slept = this.#sleep.notice();
		this.#now = Date.now();
		// A clock that was set back: what lies ahead by it counts from now on.
		this.#heardAt = Math.min(this.#heardAt, this.#now);
		this.#reloadAt = Math.min(this.#reloadAt, this.#now);
		if (this.#brokenAt !== null) this.#brokenAt = Math.min(this.#brokenAt, this.#now);
		this.#sleep.tick(this.#now);
		if (this.#up) {
			// Nothing is heard on a line that calls itself open: it is half-open, and a new one is tried.
			if (this.connection.state === 'stale') {
				if (this.overStream) this.#fall();
				else this.retry();
			}
			// Just awake, what was told meanwhile may still be about to be heard.
			else if (!slept && this.#isUnheard) this.retry();
			// The list did not come, and nobody else asks again.
			else if (this.#reloading && this.#now - this.#reloadAt >= LIST_WITHIN_MS) this.#reload(this.#resetAt);
			else if (this.#synced && this.#sleep.isUnanswered) void this.#catchUp();
		} else this.#socket.tick(this.#now);
	}
}

export const [getFeed, setFeed] = createContext<Feed>();
