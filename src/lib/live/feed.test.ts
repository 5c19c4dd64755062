import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Sync } from '#contract';
import { Feed } from './feed.svelte.ts';
import type { Line, Rider, Surroundings } from './surroundings.ts';

/** A socket that the test controls. */
class TestLine {
	connected = false;
	tries = 0;
	questions: unknown[] = [];
	/** Resolves the last request. */
	answer: (sync: Sync) => void = () => undefined;
	readonly io = {
		on: (event: string, ear: () => void): void => {
			if (event === 'open') this.#opened = ear;
		},
		reconnectionDelay: () => undefined,
		reconnectionDelayMax: () => undefined,
		engine: { readyState: 'opening' },
	};
	/** False after `disconnect()`, as in Socket.IO. */
	active = true;
	#giveUp = (): void => undefined;
	#opened = (): void => undefined;
	#isOpen = false;
	readonly #ears = new Map<string, (told?: unknown) => void>();
	on(event: string, ear: (told?: unknown) => void): void {
		this.#ears.set(event, ear);
	}
	off(): void {
		this.#ears.clear();
	}
	/** Simulates the end of the handshake: from now on the server can send. */
	opens(): void {
		this.#isOpen = true;
		this.#opened();
	}
	/** Simulates an event from the server or the network. A `connect` without `opens` opens the connection too. */
	happens(event: string, told?: unknown): void {
		if (event === 'connect') {
			if (!this.#isOpen) this.opens();
			this.connected = true;
		}
		if (event === 'disconnect') this.#isOpen = this.connected = false;
		this.#ears.get(event)?.(told);
	}
	connect(): void {
		this.tries++;
		this.active = true;
		this.io.engine.readyState = 'opening';
	}
	disconnect(): void {
		this.active = false;
		this.#isOpen = false;
		if (!this.connected) return;
		this.connected = false;
		this.#giveUp();
		this.happens('disconnect');
	}
	emitWithAck(_: string, question: unknown): Promise<Sync> {
		return new Promise((resolve, reject) => {
			this.questions.push(question);
			this.answer = resolve;
			this.#giveUp = () => reject(new Error('socket has been disconnected'));
		});
	}
}

const sync = (mode: Sync['mode'], cursor: string): Sync => ({ mode, cursor, changes: [], version: '1' });

let line: TestLine;
const head = (): object => ({ cursor: 'a.10', at: new Date().toISOString() });

let wake: () => void;
let rider: Rider | undefined;
let reloads: number;
let feed: Feed;
let stop: () => void;

beforeEach(async () => {
	vi.useFakeTimers();
	line = new TestLine();
	rider = undefined;
	reloads = 0;
	const around: Surroundings = {
		socketIo: () => Promise.resolve(() => line as unknown as Line),
		onWake(woke) {
			wake = () => woke(true);
			return () => undefined;
		},
		chance: () => 0.5,
		ride: (who) => {
			rider = who;
			return Promise.resolve(() => new Promise(() => undefined));
		},
	};
	feed = new Feed(
		'1',
		{ apply: () => undefined, reload: () => reloads++, heard: () => undefined, figures: () => undefined },
		around,
	);
	feed.adopt('a.10');
	stop = feed.start();
	await vi.advanceTimersByTimeAsync(0);
});
afterEach(() => {
	stop();
	vi.useRealTimers();
});

describe('a connection that was down for long', () => {
	it('[F33] has time to receive its first sync after it is up again', () => {
		line.happens('connect');
		line.happens('sync', sync('delta', 'a.10'));
		line.happens('disconnect');
		vi.advanceTimersByTime(11_900);
		expect(line.tries).toBe(1);
		line.happens('connect');
		vi.advanceTimersByTime(5_000);
		expect([line.connected, feed.connection.state]).toEqual([true, 'catching']);
		line.happens('sync', sync('delta', 'a.10'));
		expect(feed.connection).toEqual({ state: 'live' });
	});
	it('[F33] is opened again if its first sync does not arrive', () => {
		line.happens('connect');
		vi.advanceTimersByTime(12_500);
		expect([line.connected, line.tries]).toEqual([false, 2]);
	});
});

describe('a connection attempt', () => {
	it('[F34] without a result is replaced by another one', () => {
		expect(line.tries).toBe(1);
		vi.advanceTimersByTime(11_000);
		expect(line.tries).toBe(1);
		vi.advanceTimersByTime(1_500);
		expect(line.tries).toBe(2);
		vi.advanceTimersByTime(12_500);
		expect(line.tries).toBe(3);
		expect(feed.connection.state).toBe('stale');
	});
	it('[F34] that is cut before the handshake is noticed at once, and the next one waits its delay', () => {
		line.io.engine.readyState = 'closed';
		vi.advanceTimersByTime(500);
		expect([line.active, line.tries]).toEqual([false, 1]);
		vi.advanceTimersByTime(750);
		expect([line.active, line.tries]).toEqual([true, 2]);
	});
});

describe('a page that the user leaves and returns to', () => {
	it('[F36] is not live over the event stream before its first sync', async () => {
		for (let tries = 1; tries <= 2; tries++) line.happens('connect_error', new Error('refused'));
		rider?.sync(sync('delta', 'a.10'), Date.now());
		expect([feed.overStream, feed.connection.state]).toEqual([true, 'live']);
		stop();
		stop = feed.start();
		expect([feed.overStream, feed.connection.state]).toEqual([false, 'connecting']);
		await vi.advanceTimersByTimeAsync(0);
		line.happens('connect');
		expect(feed.connection.state).toBe('catching');
		line.happens('sync', sync('delta', 'a.10'));
		expect(feed.connection.state).toBe('live');
	});
});

it('a live tab that the user checks requests a sync over the same connection', async () => {
	line.happens('connect');
	line.happens('sync', sync('delta', 'a.10'));
	feed.check();
	expect([line.questions.length, line.tries, feed.connection.state]).toEqual([1, 1, 'catching']);
	line.answer(sync('delta', 'a.10'));
	await vi.advanceTimersByTimeAsync(0);
	expect([line.tries, feed.connection.state]).toEqual([1, 'live']);
});

describe('a connection that holds messages back', () => {
	const MINUTE_AHEAD_MS = 60_000;
	/** A head that the server, whose clock is a minute ahead, sent `ago` milliseconds ago. */
	const sent = (ago: number): object => ({
		cursor: 'a.10',
		at: new Date(Date.now() + MINUTE_AHEAD_MS - ago).toISOString(),
	});
	it('[F39] makes the tab stale 12 s after its newest message was sent', () => {
		line.happens('connect');
		line.happens('sync', sync('delta', 'a.10'));
		line.happens('head', sent(0));
		vi.advanceTimersByTime(11_000);
		line.happens('head', sent(6_000));
		vi.advanceTimersByTime(5_500);
		expect([feed.connection.state, line.tries]).toEqual(['live', 1]);
		vi.advanceTimersByTime(500);
		expect([feed.connection.state, line.tries]).toEqual(['stale', 2]);
	});
	it('[F39] is live again with the next message that arrives in time', () => {
		line.happens('connect');
		line.happens('sync', sync('delta', 'a.10'));
		line.happens('head', sent(0));
		vi.advanceTimersByTime(11_000);
		line.happens('head', sent(6_000));
		line.happens('head', sent(0));
		vi.advanceTimersByTime(11_500);
		expect([feed.connection.state, line.tries]).toEqual(['live', 1]);
	});
	it('[F39] counts its first sync from the moment when the connection opened', () => {
		line.opens();
		vi.advanceTimersByTime(9_000);
		line.happens('connect');
		line.happens('sync', sync('delta', 'a.10'));
		expect(feed.connection.state).toBe('live');
		vi.advanceTimersByTime(3_000);
		expect([feed.connection.state, line.tries]).toEqual(['stale', 2]);
	});
	it('[F39] counts a response from its request', async () => {
		line.happens('connect');
		line.happens('sync', sync('delta', 'a.10'));
		vi.advanceTimersByTime(2_000);
		feed.check();
		vi.advanceTimersByTime(7_000);
		line.answer(sync('delta', 'a.10'));
		await vi.advanceTimersByTimeAsync(4_500);
		expect([feed.connection.state, line.tries]).toEqual(['live', 1]);
		await vi.advanceTimersByTimeAsync(500);
		expect([feed.connection.state, line.tries]).toEqual(['stale', 2]);
	});
	it('[F39] proves nothing by a sync that the server sent unasked', () => {
		line.happens('connect');
		line.happens('sync', sync('delta', 'a.10'));
		vi.advanceTimersByTime(11_500);
		line.happens('sync', sync('delta', 'a.10'));
		vi.advanceTimersByTime(500);
		expect([feed.connection.state, line.tries]).toEqual(['stale', 2]);
	});
	it('[F39] says nothing about the next connection, whose server may have another clock', () => {
		line.happens('connect');
		line.happens('sync', sync('delta', 'a.10'));
		line.happens('head', sent(0));
		line.happens('disconnect');
		line.happens('connect');
		line.happens('sync', sync('delta', 'a.10'));
		vi.advanceTimersByTime(5_000);
		line.happens('head', sent(MINUTE_AHEAD_MS));
		vi.advanceTimersByTime(11_500);
		expect([feed.connection.state, line.tries]).toEqual(['live', 1]);
	});
});

describe('a tab that slept', () => {
	beforeEach(() => {
		line.happens('connect');
		line.happens('sync', sync('delta', 'a.10'));
		vi.advanceTimersByTime(1_000);
		expect(feed.connection.state).toBe('live');
		// No timer runs during the sleep. The frame is processed before the first timer.
		vi.setSystemTime(Date.now() + 60_000);
		line.happens('head', head());
	});
	const answer = async (): Promise<void> => {
		line.answer(sync('delta', 'a.10'));
		await vi.advanceTimersByTimeAsync(0);
	};
	it('[F37] is not live by received frames before its own sync', async () => {
		expect([line.questions.length, feed.connection.state]).toEqual([0, 'catching']);
		vi.advanceTimersByTime(500);
		expect([line.questions.length, line.tries, feed.connection.state]).toEqual([1, 1, 'catching']);
		line.happens('head', head());
		expect(feed.connection.state).toBe('catching');
		await answer();
		expect(feed.connection.state).toBe('live');
		vi.advanceTimersByTime(5_000);
		expect(line.questions.length).toBe(1);
	});
	it('[F37] requests a sync at once when it is shown', async () => {
		wake();
		expect([line.questions.length, feed.connection.state]).toEqual([1, 'catching']);
		await answer();
		expect(feed.connection.state).toBe('live');
	});
	it('[F37] is not live by a sync from before its sleep', async () => {
		vi.advanceTimersByTime(500);
		vi.setSystemTime(Date.now() + 10_000);
		await answer();
		expect(feed.connection.state).toBe('catching');
		vi.advanceTimersByTime(500);
		expect([line.questions.length, feed.connection.state]).toEqual([2, 'catching']);
		await answer();
		expect(feed.connection.state).toBe('live');
	});
	it('[F37] is not live by such a sync either if a timer ran before it arrived', async () => {
		vi.advanceTimersByTime(500);
		vi.setSystemTime(Date.now() + 10_000);
		vi.advanceTimersByTime(500);
		expect(line.questions.length).toBe(1);
		await answer();
		expect(feed.connection.state).toBe('catching');
		vi.advanceTimersByTime(500);
		expect(line.questions.length).toBe(2);
		await answer();
		expect(feed.connection.state).toBe('live');
	});
});

describe('missing changes', () => {
	beforeEach(() => {
		line.happens('connect');
		line.happens('sync', sync('delta', 'a.10'));
		line.happens('head', { cursor: 'a.12', at: new Date().toISOString() });
		expect(line.questions).toEqual([{ cursor: 'a.10' }]);
	});
	it('[F38] do not end the connection while the server sends anything', async () => {
		for (let i = 0; i < 6; i++) {
			await vi.advanceTimersByTimeAsync(5_000);
			line.happens('head', { cursor: 'a.12', at: new Date().toISOString() });
		}
		expect([line.tries, line.questions.length, feed.connection.state]).toEqual([1, 1, 'catching']);
		line.answer(sync('delta', 'a.12'));
		await vi.advanceTimersByTimeAsync(0);
		expect([feed.cursor, feed.connection.state]).toEqual(['a.12', 'live']);
	});
	it('[F38] are requested over another connection after eight seconds of silence', async () => {
		await vi.advanceTimersByTimeAsync(7_500);
		expect(line.tries).toBe(1);
		await vi.advanceTimersByTimeAsync(500);
		expect(line.tries).toBe(2);
		line.happens('connect');
		line.happens('sync', sync('delta', 'a.12'));
		expect([feed.cursor, feed.connection.state]).toEqual(['a.12', 'live']);
	});
});

describe('a list that has to be reloaded', () => {
	beforeEach(() => {
		line.happens('connect');
		line.happens('sync', sync('reset', 'b.7'));
	});
	/** Passes seconds in which the server sends heads, so that the feed does not drop the connection. */
	const pass = (seconds: number): void => {
		for (let i = 0; i < seconds; i++) {
			vi.advanceTimersByTime(1_000);
			line.happens('head', { cursor: 'b.7', at: new Date().toISOString() });
		}
	};
	it('[F35] is requested again until it loads', () => {
		expect(reloads).toBe(1);
		pass(16);
		expect([reloads, feed.connection.state]).toEqual([2, 'catching']);
		pass(16);
		expect(reloads).toBe(3);
	});
	it('[F35] is not requested again after it has loaded', () => {
		feed.adopt('b.7');
		expect(line.questions).toEqual([{ cursor: 'b.7' }]);
		pass(40);
		expect(reloads).toBe(1);
	});
});

it('[F31] an older page of the list does not move the cursor back', () => {
	feed.adopt('a.12');
	feed.adopt('a.11');
	expect(feed.cursor).toBe('a.12');
});

describe('a clock that is set back', () => {
	it('does not keep a silent connection live', () => {
		line.happens('connect');
		line.happens('sync', sync('delta', 'a.10'));
		vi.setSystemTime(Date.now() - 3_600_000);
		vi.advanceTimersByTime(13_000);
		expect(line.tries).toBe(2);
		expect(feed.connection.state).not.toBe('live');
	});
	it('does not keep an attempt without a result open', () => {
		vi.setSystemTime(Date.now() - 3_600_000);
		vi.advanceTimersByTime(13_000);
		expect(line.tries).toBe(2);
		expect(feed.connection.state).toBe('stale');
	});
});
