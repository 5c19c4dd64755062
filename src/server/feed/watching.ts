import type { Call, ClientEvents, Delivery, Event, ServerEvents, Watched } from '#contract';
import type { Server, Socket } from 'socket.io';
import { createGatherer } from '#contract/gatherer.ts';
import { fieldOf } from './sent.ts';
import { cutOffIfUnread, type Connection } from './unread.ts';

type WatchingSocket = Socket<ClientEvents, ServerEvents>;

export interface WatchingDeps {
	io: Server<ClientEvents, ServerEvents>;
	reads: {
		get(id: string): Promise<{ call: Call; events: Event[] } | null>;
		/** The events of this call after `seq`, in order. */
		eventsAfter(id: string, seq: number): Promise<Event[]>;
	};
	/** null with a foreign provider, which does not share its deliveries. */
	deliveries: { ofCall(callId: string): Promise<Delivery[]>; byId(ids: readonly string[]): Promise<Delivery[]> } | null;
	onError(error: unknown): void;
}

/** Pushes timelines and deliveries to subscribed sockets. Nothing is read without a subscription. */
export interface Watching {
	/** Handles this socket's `watch` and `watch-deliveries` requests. */
	serve(socket: WatchingSocket): void;
	/** Reports a commit that concerns these calls. Call it in commit order. */
	touched(callIds: Iterable<string>): void;
	/** Reports deliveries that are new, attempted, canceled or sent again. */
	delivered(ids: readonly string[]): void;
	close(): void;
}

const DELIVERIES = 'deliveries';
const CALL = 'call:';
const ID_MAX = 100;
/** How many unanswered requests one socket may have. */
const QUESTIONS_MAX = 16;
/** How many deliveries one frame contains: each includes its requests and responses. */
const FRAME_MAX = 100;
const DELIVERIES_PAUSE_MS = 100;
const NOTHING: Watched = { call: null, events: [], deliveries: [] };

export function createWatching({ io, reads, deliveries, onError }: WatchingDeps): Watching {
	const { adapter } = io.of('/');
	/** The seq of the last event sent to all subscribers of a call. */
	const told = new Map<string, number>();
	adapter.on('delete-room', (room: string) => {
		if (room.startsWith(CALL)) told.delete(room.slice(CALL.length));
	});

	/** Runs tasks one after another, so that no event is sent before an earlier one or instead of it. */
	let work: Promise<unknown> = Promise.resolve();
	function inOrder<T>(what: () => Promise<T>): Promise<T> {
		const done = work.then(what);
		work = done.catch(() => undefined);
		return done;
	}
	/** Calls whose new events are already queued to be sent. */
	const queued = new Set<string>();

	/** Sends the new events among these to all subscribers of a call except `except`. */
	function tell(id: string, events: readonly Event[], except: string[] = []): void {
		const fresh = events.filter(({ seq }) => seq > (told.get(id) ?? 0));
		if (fresh.length === 0) return;
		told.set(id, fresh.at(-1)!.seq);
		io.to(CALL + id)
			.except(except)
			.emit('timeline', { callId: id, events: fresh, deliveries: [] });
	}

	async function watch(socket: WatchingSocket, callId: unknown): Promise<Watched> {
		for (const room of socket.rooms) if (room.startsWith(CALL)) void socket.leave(room);
		if (!socket.connected || typeof callId !== 'string' || callId.length > ID_MAX) return NOTHING;
		void socket.join(CALL + callId); // join before the read, so that no event is missed in between
		if (!told.has(callId)) told.set(callId, 0);
		const found = await reads.get(callId);
		if (!found) return NOTHING;
		const own = (await deliveries?.ofCall(callId)) ?? [];
		// The other subscribers have not received the events that are in this response yet.
		if (told.has(callId)) tell(callId, found.events, [socket.id]);
		return { ...found, deliveries: own };
	}

	async function tellEvents(id: string): Promise<void> {
		queued.delete(id);
		const since = told.get(id);
		if (since !== undefined) tell(id, await reads.eventsAfter(id, since));
	}

	async function tellDeliveries(ids: readonly string[]): Promise<void> {
		const found = (await deliveries?.byId(ids)) ?? [];
		if (found.length === 0) return;
		if (adapter.rooms.has(DELIVERIES)) io.to(DELIVERIES).emit('deliveries', { deliveries: found });
		for (const callId of new Set(found.map((one) => one.callId))) {
			const own = found.filter((one) => one.callId === callId);
			if (told.has(callId)) io.to(CALL + callId).emit('timeline', { callId, events: [], deliveries: own });
		}
	}

	const gatherer = createGatherer<readonly string[]>({
		send(groups) {
			const ids = [...new Set(groups.flat())];
			for (let i = 0; i < ids.length; i += FRAME_MAX)
				inOrder(() => tellDeliveries(ids.slice(i, i + FRAME_MAX))).catch(onError);
		},
		pauseMs: DELIVERIES_PAUSE_MS,
		onError,
	});

	return {
		serve(socket) {
			let asked = 0;
			/**
			 * Handles one request after another. Disconnects a socket that has too many pending requests or reads
			 * nothing.
			 */
			const question = (find: () => Promise<Watched | { on: boolean }>, answer: unknown): void => {
				if (typeof answer !== 'function' || cutOffIfUnread(socket.conn as unknown as Connection)) return;
				if (++asked > QUESTIONS_MAX) return void socket.disconnect(true);
				inOrder(find)
					.then((found) => (answer as (found: unknown) => void)(found))
					.catch(onError)
					.finally(() => asked--);
			};
			socket.on('watch', (what: unknown, answer: unknown) =>
				question(() => watch(socket, fieldOf(what, 'callId')), answer),
			);
			socket.on('watch-deliveries', (what: unknown, answer: unknown) => {
				const on = fieldOf(what, 'on') === true;
				question(async () => {
					await (on ? socket.join(DELIVERIES) : socket.leave(DELIVERIES));
					return { on };
				}, answer);
			});
		},
		touched(callIds) {
			for (const id of callIds) {
				if (!told.has(id) || queued.has(id)) continue;
				queued.add(id);
				inOrder(() => tellEvents(id)).catch(onError);
			}
		},
		delivered(ids) {
			if (ids.length > 0 && (told.size > 0 || adapter.rooms.has(DELIVERIES))) gatherer.add(ids);
		},
		close: () => gatherer.close(),
	};
}
