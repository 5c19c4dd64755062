import { createContext } from 'svelte';
import type { Change, Changes, Head, Stats, Sync } from '#contract';
import { isPast } from '#contract/cursor.ts';
import { SILENT_AFTER_MS } from '#contract/words.ts';
import { connection, type Connection } from './connection.ts';
import { onChanges, onHead, onSync, type Step } from './frames.ts';
import { waitBefore, waitForSocket } from './retries.ts';
import { browser, Refused, type Ask, type Connect, type Line, type Rider, type Surroundings } from './surroundings.ts';

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

const TICK_MS = 500;
/** A tick that comes so late says that the tab slept; those of a hidden tab come once a second. */
const SLEPT_MS = 3 * TICK_MS;
const ANSWER_WITHIN_MS = 8_000;
/** A list that was not loaded by then is asked for again. */
const LIST_WITHIN_MS = 15_000;
/** How long "Catching up, 38 changes" stands. */
const CAUGHT_MS = 1_500;
/** So many tries in a row that break before the handshake, and something between may refuse sockets. */
const TRIES_BROKEN = 2;
const CONNECT_WITHIN_MS = 10_000;

/** The line to the server: it asks for what it missed, it never gives up, and it says how it stands. */
export class Feed {
	/** The server runs another version than this page. */
	outdated = $state(false);
	/** The session has ended: the server does not let this tab in. */
	refused = $state(false);
	/** No socket comes through: what changes comes over the event stream. */
	overStream = $state(false);
	/** So it is for sure: a socket was tried once more while the stream stood. */
	socketRefused = $state(false);

	/** When the last change came, by the browser's clock. */
	changedAt = $state<number | null>(null);

	#up = $state(false);
	#synced = $state(false);
	#brokenAt = $state<number | null>(null);
	#heardAt = $state(Date.now());
	#nextTryAt = $state<number | null>(null);
	#caught = $state.raw<{ changes: number; until: number } | null>(null);
	#now = $state(Date.now());
	/** How often it was found asleep, and how many of these were before what it has been told since by an answer. */
	#sleeps = $state(0);
	#answeredSleeps = $state(0);
	#tickedAt = Date.now();

	#ears: Ears;
	#version: string;
	#around: Surroundings;
	#cursor: string | null = null;
	#socket: Line | undefined;
	#wait: number;
	#tries = 0;
	/** When the try began that is under way; null between two tries, and while the line is up. */
	#triedAt: number | null = null;
	#asking = false;
	#reloading = false;
	/** When the list was asked for, where it has to be loaded anew. */
	#reloadAt = 0;
	/** Where the feed stood when it said so. */
	#resetAt = '';
	#retryTimer: ReturnType<typeof setTimeout> | undefined;
	#broken = 0;
	/** Ends the ride on the event stream, or the try at one. */
	#ride: AbortController | null = null;
	#ask: Ask | null = null;
	#onDeliveries: (() => void) | null = null;

	constructor(version: string, ears: Ears, around: Surroundings = browser) {
		this.#version = version;
		this.#ears = ears;
		this.#around = around;
		this.#wait = waitBefore(0, around.chance());
	}

	readonly connection: Connection = $derived(
		connection({
			up: this.#up,
			synced: this.#synced && this.#answeredSleeps === this.#sleeps,
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
		const sleep = this.#around.onWake((visible, online) => {
			const up = this.#up;
			this.#tick();
			// Where the tick has found the line dead, it is tried anew already.
			if (up === this.#up && (online || (visible && !up))) this.check();
		});
		this.#heardAt = this.#tickedAt = this.#now = Date.now();
		this.#brokenAt = this.#nextTryAt = null;
		this.#around.socketIo().then(
			(io) => {
				if (!stopped) this.#open(io);
			},
			() => (this.#brokenAt ??= Date.now()),
		);
		return () => {
			stopped = true;
			clearInterval(tick);
			sleep();
			this.#dismount();
			this.#socket?.disconnect();
			this.#socket?.off();
			this.#socket = undefined;
			clearTimeout(this.#retryTimer);
			// Over the event stream no socket says so: what stood is over.
			this.#up = this.#synced = false;
			this.#triedAt = null;
		};
	}

	/** Now, without waiting for the next try. */
	retry(): void {
		this.#socket?.disconnect();
		clearTimeout(this.#retryTimer);
		this.#nextTryAt = null;
		this.#connect();
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
		else if (this.#up) this.#socket?.emit('watch-deliveries', { on: this.#onDeliveries !== null }, now);
	}

	#open(io: Connect): void {
		const socket = io({
			transports: ['websocket'],
			auth: (give) => give(this.#cursor === null ? {} : { cursor: this.#cursor }),
			timeout: CONNECT_WITHIN_MS,
			// The jitter is ours (#plan), so that the countdown can name it.
			randomizationFactor: 0,
			autoConnect: false,
		});
		this.#socket = socket;
		this.#plan();
		socket.io.on('reconnect_attempt', () => {
			this.#triedAt = Date.now();
			this.#plan();
		});
		socket.on('connect', () => {
			this.#dismount('socket');
			this.#tries = this.#broken = 0;
			this.#stand();
			this.#plan();
		});
		socket.on('disconnect', () => {
			this.#ears.figures(null);
			this.#broke();
		});
		socket.on('connect_error', (error) => {
			this.refused ||= (error as { data?: { code?: string } }).data?.code === 'unauthorized';
			this.socketRefused = this.overStream;
			this.#triedAt = null;
			if (this.overStream) return;
			if (socket.active) this.#failed();
			else this.#broke();
		});
		socket.on('sync', (sync) => this.#onSync(sync));
		socket.on('changes', (frame) => this.#onChanges(frame));
		socket.on('head', (head) => this.#onHead(head));
		socket.on('stats', (stats) => this.#ears.figures(stats));
		socket.on('deliveries', () => this.#onDeliveries?.());
		this.#connect();
	}

	#connect(): void {
		this.#triedAt = Date.now();
		this.#socket?.connect();
	}

	/** A try broke on the transport. */
	#failed(): void {
		this.#broke();
		if (++this.#broken >= TRIES_BROKEN) this.#mount();
	}

	/** The line stands; the sync comes next. */
	#stand(): void {
		this.#up = true;
		this.#triedAt = null;
		this.#brokenAt = this.#nextTryAt = null;
		this.#synced = this.#asking = this.#reloading = this.refused = false;
		this.#answeredSleeps = this.#sleeps;
		// That was the server: the silence is over, and the sync has its time to come.
		this.#heard();
		if (this.#onDeliveries) this.#watch();
	}

	/** Tries to ride on the event stream, while the socket goes on trying. */
	#mount(): void {
		const { ride } = this.#around;
		if (!ride || this.#ride) return;
		const own = (this.#ride = new AbortController());
		const rider: Rider = {
			cursor: () => this.#cursor,
			sync: (sync) => {
				if (!this.overStream) {
					this.overStream = true;
					this.#plan();
					this.#stand();
				}
				this.#onSync(sync);
			},
			changes: (frame) => this.#onChanges(frame),
			head: (head) => {
				this.#tries = 0;
				this.#onHead(head);
			},
			over: () => this.#fall(),
			retry: () => this.retry(),
		};
		ride(rider, own.signal).then(
			(ask) => {
				if (this.#ride === own) this.#ask = ask;
			},
			(error: unknown) => {
				if (this.#ride !== own) return;
				this.refused ||= error instanceof Refused;
				this.#dismount();
			},
		);
	}

	#dismount(reason?: 'socket'): void {
		this.#ride?.abort(reason);
		this.#ride = this.#ask = null;
		this.overStream = this.socketRefused = false;
	}

	/** The event stream is over: what comes next is tried as at the beginning. */
	#fall(): void {
		const rode = this.overStream;
		this.#dismount();
		if (!rode) return;
		this.#socket?.disconnect();
		this.#plan();
		this.#broke();
	}

	/** Fixes the wait before the next try, one ahead of Socket.IO. */
	#plan(): void {
		const chance = this.#around.chance();
		this.#wait = this.overStream ? waitForSocket(chance) : waitBefore(this.#tries++, chance);
		this.#socket?.io.reconnectionDelay(this.#wait);
		this.#socket?.io.reconnectionDelayMax(this.#wait);
	}

	#broke(): void {
		this.#up = this.#synced = false;
		this.#triedAt = null;
		this.#now = Date.now();
		this.#brokenAt ??= this.#now;
		this.#nextTryAt = this.#now + this.#wait;
		// Where the server itself ended it, Socket.IO leaves the next try to us.
		if (this.#socket && !this.#socket.active) {
			clearTimeout(this.#retryTimer);
			this.#retryTimer = setTimeout(() => {
				this.#plan();
				this.#connect();
			}, this.#wait);
		}
	}

	/** After a sleep what is heard may be of before it, and its line dead since: nothing counts before an answer. */
	#noticeSleep(): void {
		if (Date.now() - this.#tickedAt >= SLEPT_MS) this.#sleeps++;
	}

	#heard(at?: string): void {
		this.#noticeSleep();
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
		const [socket, ask] = [this.#socket, this.#ask];
		if (!socket || this.#asking) return;
		this.#asking = true;
		this.#synced = false;
		const [cursor, sleeps] = [this.#cursor, this.#sleeps];
		try {
			const sync = (await (ask?.(cursor) ?? socket.timeout(ANSWER_WITHIN_MS).emitWithAck('sync', { cursor }))) as Sync;
			if (ask !== this.#ask) return;
			this.#asking = false;
			this.#answeredSleeps = sleeps;
			this.#onSync(sync);
		} catch {
			// No answer: a new connection begins with a sync.
			if (ask !== this.#ask) return;
			this.#asking = false;
			if (ask) this.#fall();
			else if (socket.connected) this.retry();
		}
	}

	#tick(): void {
		this.#noticeSleep();
		this.#now = this.#tickedAt = Date.now();
		const tried = this.#triedAt;
		if (this.#up) {
			// Nothing is heard on a line that calls itself open: it is half-open, and a new one is tried.
			if (this.connection.state === 'stale') {
				if (this.overStream) this.#fall();
				else this.retry();
			}
			// The list did not come, and nobody else asks again.
			else if (this.#reloading && this.#now - this.#reloadAt >= LIST_WITHIN_MS) this.#reload(this.#resetAt);
			else if (this.#synced && this.#answeredSleeps !== this.#sleeps) void this.#catchUp();
		} else if (tried !== null && this.#socket?.io.engine.readyState === 'closed') {
			// It was cut between the upgrade and Socket.IO's own handshake, which Socket.IO would notice later.
			this.#socket.disconnect();
			this.#failed();
		} else if (tried !== null && this.#now - tried >= SILENT_AFTER_MS) this.retry();
	}
}

export const [getFeed, setFeed] = createContext<Feed>();
