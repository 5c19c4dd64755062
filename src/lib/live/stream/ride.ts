import type { Sync } from '#contract';
import { isPast } from '#contract/cursor.ts';
import type { Ask, Rider } from '../surroundings.ts';
import { joinByElection } from './election.ts';
import { joinByLock } from './lock.ts';
import { askSource, openSource } from './source.ts';
import type { Tabs, Word } from './tabs.ts';

/** A stream that has sent no sync within this time counts as failed. */
const BEGINS_WITHIN_MS = 12_000;

/**
 * Reads the event stream until `signal` aborts; with the reason `socket` it notifies the other tabs that a socket got
 * through. HTTP/1.1 allows six connections to a host, so one tab holds the stream for all tabs of the browser. The
 * others receive the holder's frames, and request missing changes themselves, one tab at a time.
 */
export function ride(rider: Rider, signal: AbortSignal): Ask {
	/** The cursor of this tab's own stream; null for a tab that follows another tab's stream. */
	let streamed: string | null = null;
	let holds = false;
	let begun = false;
	let retried = false;
	let tabs: Tabs | null = null;

	const late = setTimeout(() => begun || rider.over(), BEGINS_WITHIN_MS);
	signal.addEventListener('abort', () => {
		clearTimeout(late);
		if (signal.reason === 'socket') tabs?.say({ say: 'socket' });
	});
	const begin = (sync: Sync, askedAt: number): void => {
		begun = true;
		rider.sync(sync, askedAt);
	};
	const inTurn = (work: () => Promise<Sync>): Promise<Sync> => (tabs ? tabs.inTurn(work) : work());
	const ask: Ask = (cursor) => inTurn(() => askSource(cursor, signal));

	function hold(until: AbortSignal): void {
		holds = true;
		until.addEventListener('abort', () => {
			holds = false;
			streamed = null;
		});
		tabs?.say({ say: 'here' });
		const askedAt = Date.now();
		const listener = {
			sync(sync: Sync) {
				streamed = sync.cursor;
				begin(sync, askedAt);
				tabs?.say({ say: 'up', cursor: streamed });
			},
			changes(frame: Parameters<Rider['changes']>[0]) {
				streamed = frame.cursor;
				tabs?.say({ say: 'changes', frame });
				rider.changes(frame);
			},
			head(head: Parameters<Rider['head']>[0]) {
				tabs?.say({ say: 'head', head });
				rider.head(head);
			},
			failed() {
				tabs?.say({ say: 'over' });
				rider.over();
			},
		};
		openSource(rider.cursor(), listener, until);
	}

	/** Follows the holder, whose stream is at `cursor`. This tab requests a sync if it is behind that cursor. */
	async function follow(cursor: string): Promise<void> {
		const own = rider.cursor();
		if (begun && own !== null && !isPast(own, cursor)) return;
		let askedAt = 0;
		try {
			const sync = await inTurn(() => {
				askedAt = Date.now();
				return askSource(own, signal);
			});
			begin(sync, askedAt);
		} catch {
			if (!signal.aborted) rider.over();
		}
	}

	function hear(word: Word): void {
		if (word.say === 'socket') {
			// Retry once only: every tab whose socket gets through sends this message.
			if (!retried) rider.retry();
			retried = true;
		} else if (holds) {
			if (word.say === 'hello') tabs?.say(streamed === null ? { say: 'here' } : { say: 'up', cursor: streamed });
		} else if (word.say === 'up') void follow(word.cursor);
		else if (word.say === 'over') rider.over();
		else if (begun && word.say === 'changes') rider.changes(word.frame);
		else if (begun && word.say === 'head') rider.head(word.head);
	}

	if (signal.aborted) return ask;
	// Without BroadcastChannel (old browsers), each tab holds its own stream.
	if (!('BroadcastChannel' in globalThis)) hold(signal);
	else {
		const join = 'locks' in navigator ? joinByLock : joinByElection;
		tabs = join({ hear, hold, lost: () => rider.over() }, signal);
	}
	return ask;
}
