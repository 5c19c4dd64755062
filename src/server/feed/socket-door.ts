import type { ClientEvents, ServerEvents, Settings, Stats, Sync } from '#contract';
import type { Server, Socket } from 'socket.io';
import type { Committed } from '../calls/writer.ts';
import { createFigures } from './figures.ts';
import type { Hub } from './hub.ts';
import { fieldOf } from './sent.ts';
import { cutOffIfUnread, type Connection } from './unread.ts';
import type { Watching } from './watching.ts';

export type FeedServer = Server<ClientEvents, ServerEvents>;
type FeedSocket = Socket<ClientEvents, ServerEvents>;

export interface SocketDoorDeps {
	io: FeedServer;
	hub: Hub;
	watching: Watching;
	settings(): Settings;
	stats(): Promise<Stats>;
	onError(error: unknown): void;
}

export interface SocketDoor {
	publishSettings(settings: Settings): void;
	/** The figures may have changed with it. */
	committed(committed: Committed): void;
	close(): void;
}

/** Everybody who has had a `sync`: no `changes` reaches a socket before it. */
const FOLLOWERS = 'followers';
/** How many questions of one socket may wait for an answer. */
const QUESTIONS_MAX = 16;

/** Pushes the feed over Socket.IO: `sync` first, then `changes`, and the head as a heartbeat. */
export function openSocketDoor({ io, hub, watching, settings, stats, onError }: SocketDoorDeps): SocketDoor {
	const figures = createFigures({
		stats,
		toAll: (now) => io.to(FOLLOWERS).emit('stats', now),
		toOne: (id, now) => io.to(id).emit('stats', now),
		onError,
	});
	const isThere = (socket: FeedSocket) => (): boolean => socket.connected;
	const follow = (socket: FeedSocket): Promise<void> =>
		hub.withSync((socket.handshake.auth as { cursor?: unknown }).cursor, isThere(socket), (sync) => {
			// Through the room that each socket has for itself: so one sync is encoded once for all who get it.
			io.to(socket.id).emit('sync', sync);
			socket.emit('settings', settings());
			void socket.join(FOLLOWERS); // at once: the in-memory adapter answers nothing to wait for
			figures.joined(socket.id);
		});

	io.on('connection', (socket) => {
		const failed = (error: unknown): void => {
			onError(error);
			socket.disconnect(true); // it comes back and asks again
		};
		follow(socket).catch(failed);
		/** Who asked while a delta is on its way gets that one too: it may be long, and is read once. */
		let answers: ((sync: Sync) => void)[] = [];
		socket.on('sync', (where: unknown, answer: unknown) => {
			if (typeof answer !== 'function' || cutOffIfUnread(socket.conn as unknown as Connection)) return;
			if (answers.push(answer as (sync: Sync) => void) > QUESTIONS_MAX) return void socket.disconnect(true);
			if (answers.length > 1) return;
			hub
				.withSync(fieldOf(where, 'cursor'), isThere(socket), (sync) => answers.forEach((tell) => tell(sync)))
				.catch(failed)
				.finally(() => (answers = []));
		});
		watching.serve(socket);
	});

	hub.open({
		changes: (frame) => io.to(FOLLOWERS).emit('changes', frame),
		head: (head) => io.to(FOLLOWERS).emit('head', head),
		reset: (sync) => io.to(FOLLOWERS).emit('sync', sync),
	});
	return {
		publishSettings: (changed) => void io.to(FOLLOWERS).emit('settings', changed),
		committed: figures.committed,
		close: figures.close,
	};
}
