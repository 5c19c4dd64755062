import type { ClientEvents, ServerEvents, Settings, Stats, Sync } from '#contract';
import type { Server, Socket } from 'socket.io';
import type { Committed } from '../calls/writer.ts';
import { createStatsBroadcast } from './figures.ts';
import type { Hub } from './hub.ts';
import { fieldOf } from './sent.ts';
import { disconnectIfBehind, type Connection } from './unread.ts';
import type { Subscriptions } from './watching.ts';

export type FeedServer = Server<ClientEvents, ServerEvents>;
type FeedSocket = Socket<ClientEvents, ServerEvents>;

export interface SocketTransportDeps {
	io: FeedServer;
	hub: Hub;
	subscriptions: Subscriptions;
	settings(): Settings;
	stats(): Promise<Stats>;
	onError(error: unknown): void;
}

export interface SocketTransport {
	publishSettings(settings: Settings): void;
	/** Reports a commit that may have changed the statistics. */
	committed(committed: Committed): void;
	close(): void;
}

/** The room of all sockets that have received their `sync`. No `changes` reaches a socket before that. */
const FOLLOWERS = 'followers';
/** How many `sync` requests of one socket may wait for their response. */
const PENDING_MAX = 16;

/** Pushes the feed over Socket.IO: `sync` first, then `changes`, and the head as a heartbeat. */
export function openSocketTransport({
	io,
	hub,
	subscriptions,
	settings,
	stats,
	onError,
}: SocketTransportDeps): SocketTransport {
	const statsBroadcast = createStatsBroadcast({
		stats,
		toAll: (now) => io.to(FOLLOWERS).emit('stats', now),
		toOne: (id, now) => io.to(id).emit('stats', now),
		onError,
	});
	const isConnected = (socket: FeedSocket) => (): boolean => socket.connected;
	const follow = (socket: FeedSocket): Promise<void> =>
		hub.withSync((socket.handshake.auth as { cursor?: unknown }).cursor, isConnected(socket), (sync) => {
			// Broadcast to the socket's own room, so that a sync is encoded once for all its recipients.
			io.to(socket.id).emit('sync', sync);
			socket.emit('settings', settings());
			void socket.join(FOLLOWERS); // takes effect at once: the in-memory adapter is synchronous
			statsBroadcast.joined(socket.id);
		});

	io.on('connection', (socket) => {
		const failed = (error: unknown): void => {
			onError(error);
			socket.disconnect(true); // the client reconnects and asks again
		};
		follow(socket).catch(failed);
		/**
		 * The `sync` requests that wait for the same read. A delta may be large, so it is read once for all of
		 * them.
		 */
		let pending: ((sync: Sync) => void)[] = [];
		socket.on('sync', (request: unknown, acknowledge: unknown) => {
			if (typeof acknowledge !== 'function' || disconnectIfBehind(socket.conn as unknown as Connection)) return;
			if (pending.push(acknowledge as (sync: Sync) => void) > PENDING_MAX) return void socket.disconnect(true);
			if (pending.length > 1) return;
			hub
				.withSync(fieldOf(request, 'cursor'), isConnected(socket), (sync) =>
					pending.forEach((respond) => respond(sync)),
				)
				.catch(failed)
				.finally(() => (pending = []));
		});
		subscriptions.serve(socket);
	});

	hub.open({
		changes: (frame) => io.to(FOLLOWERS).emit('changes', frame),
		head: (head) => io.to(FOLLOWERS).emit('head', head),
		reset: (sync) => io.to(FOLLOWERS).emit('sync', sync),
	});
	return {
		publishSettings: (changed) => void io.to(FOLLOWERS).emit('settings', changed),
		committed: statsBroadcast.committed,
		close: statsBroadcast.close,
	};
}
