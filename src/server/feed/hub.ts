import { HEAD_EVERY_MS, type Change, type ClientEvents, type ServerEvents, type Settings, type Sync } from '#contract';
import type { Server, Socket } from 'socket.io';
import { toCall } from '../calls/call.ts';
import type { RowChange } from '../calls/ledger.ts';
import type { FeedPosition } from '../calls/reads.ts';
import type { Committed } from '../calls/writer.ts';
import { readCursor, writeCursor } from './cursor.ts';

export type FeedServer = Server<ClientEvents, ServerEvents>;
type FeedSocket = Socket<ClientEvents, ServerEvents>;

export interface HubDeps {
	io: FeedServer;
	/** Where the feed stands at the start. */
	position: FeedPosition;
	syncFrom(cursor: unknown): Promise<Omit<Sync, 'version'>>;
	settings(): Settings;
	version: string;
	now(): number;
	onError(error: unknown): void;
}

export interface Hub {
	/** Pushes what was committed to every client, in one frame. Call it in the order of the commits. */
	publish(committed: Committed): void;
	publishSettings(settings: Settings): void;
	close(): void;
}

/** Everybody who has had a `sync`: no `changes` reaches a socket before it. */
const FOLLOWERS = 'followers';
/** How often a client that connects may be overtaken by commits before it gets its sync as it is. */
const SYNC_TRIES = 5;

/** Pushes the feed over Socket.IO: `sync` first, then `changes`, and the head as a heartbeat. */
export function createHub({ io, position, syncFrom, settings, version, now, onError }: HubDeps): Hub {
	const { epoch } = position;
	let last = position.change;
	const at = (ms: number): string => new Date(ms).toISOString();

	/** Calls `use`, in the turn in which that is known, with a sync that no commit has overtaken. */
	async function withSync(cursor: unknown, use: (sync: Sync) => void): Promise<void> {
		for (let tries = 1; ; tries++) {
			const sync = { ...(await syncFrom(cursor)), version };
			if ((readCursor(sync.cursor)?.seq ?? 0) >= last || tries === SYNC_TRIES) return use(sync);
		}
	}

	/** Lets the event loop turn, so that many questions at once stop nobody else. */
	const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

	const follow = (socket: FeedSocket): Promise<void> =>
		withSync((socket.handshake.auth as { cursor?: unknown }).cursor, (sync) => {
			socket.emit('sync', sync);
			socket.emit('settings', settings());
			void socket.join(FOLLOWERS); // at once: the in-memory adapter answers nothing to wait for
		});

	io.on('connection', (socket) => {
		follow(socket).catch((error: unknown) => {
			onError(error);
			socket.disconnect(true); // it comes back and asks again
		});
		let asking = false;
		socket.on('sync', (where: unknown, answer: unknown) => {
			// One question at a time: a delta may be long, and whoever asks again before it came gets that one.
			if (typeof answer !== 'function' || asking) return;
			asking = true;
			const cursor = typeof where === 'object' && where !== null && 'cursor' in where ? where.cursor : undefined;
			turn()
				.then(() => withSync(cursor, answer as (sync: Sync) => void))
				.catch(onError)
				.finally(() => (asking = false));
		});
	});

	const heartbeat = setInterval(() => {
		io.to(FOLLOWERS).emit('head', { cursor: writeCursor({ epoch, seq: last }), at: at(now()) });
	}, HEAD_EVERY_MS);

	return {
		publish({ changes, previous: before, position: { change } }) {
			// From the transaction: what somebody else wrote between is a gap that clients see and heal.
			const previous = writeCursor({ epoch, seq: before });
			last = change;
			const cursor = writeCursor({ epoch, seq: change });
			io.to(FOLLOWERS).emit('changes', { previous, cursor, at: at(now()), changes: changes.map(told) });
		},
		publishSettings(changed) {
			io.to(FOLLOWERS).emit('settings', changed);
		},
		close() {
			clearInterval(heartbeat);
		},
	};
}

const told = (change: RowChange): Change => ('call' in change ? { ...change, call: toCall(change.call) } : change);
