import type { Call, ClientEvents, Delivery, Event, ServerEvents, CallSnapshot } from '#contract';
import type { Server, Socket } from 'socket.io';
import { createGatherer } from '#contract/gatherer.ts';
import { fieldOf } from './sent.ts';
import { disconnectIfBehind, type Connection } from './unread.ts';

type SubscriberSocket = Socket<ClientEvents, ServerEvents>;

export interface SubscriptionsDeps {
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
export interface Subscriptions {
	/** Handles this socket's `watch` and `watch-deliveries` requests. */
	serve(socket: SubscriberSocket): void;
	/** Reports a commit that concerns these calls. Call it in commit order. */
	touched(callIds: Iterable<string>): void;
	/** Reports deliveries that are new, attempted, canceled or sent again. */
	delivered(ids: readonly string[]): void;
	close(): void;
}

const DELIVERIES = 'deliveries';
const CALL = 'call:';
const ID_MAX = 100;
/** How many requests of one socket may wait for their response. */
const PENDING_MAX = 16;
/** The maximum number of deliveries in a frame: each one includes its requests and responses. */
const FRAME_MAX = 100;
const DELIVERIES_PAUSE_MS = 100;
const EMPTY: CallSnapshot = { call: null, events: [], deliveries: [] };

export function createSubscriptions({ io, reads, deliveries, onError }: SubscriptionsDeps): Subscriptions {
	const { adapter } = io.of('/');
	/** The seq of the last event sent to all subscribers of a call. */
	const lastSentSeqs = new Map<string, number>();
	adapter.on('delete-room', (room: string) => {
		if (room.startsWith(CALL)) lastSentSeqs.delete(room.slice(CALL.length));
	});

	/** Runs tasks one after another, so that events are sent in order and none is left out. */
	let work: Promise<unknown> = Promise.resolve();
	function inOrder<T>(task: () => Promise<T>): Promise<T> {
		const done = work.then(task);
		work = done.catch(() => undefined);
		return done;
	}
	/** Calls whose new events are already queued to be sent. */
	const queued = new Set<string>();

	/** Sends those of these events that are new to all subscribers of a call, except the sockets in `except`. */
	function emitEvents(id: string, events: readonly Event[], except: string[] = []): void {
		const fresh = events.filter(({ seq }) => seq > (lastSentSeqs.get(id) ?? 0));
		if (fresh.length === 0) return;
		lastSentSeqs.set(id, fresh.at(-1)!.seq);
		io.to(CALL + id)
			.except(except)
			.emit('timeline', { callId: id, events: fresh, deliveries: [] });
	}

	async function watch(socket: SubscriberSocket, callId: unknown): Promise<CallSnapshot> {
		for (const room of socket.rooms) if (room.startsWith(CALL)) void socket.leave(room);
		if (!socket.connected || typeof callId !== 'string' || callId.length > ID_MAX) return EMPTY;
		void socket.join(CALL + callId); // join before the read, so that no event is missed in between
		if (!lastSentSeqs.has(callId)) lastSentSeqs.set(callId, 0);
		const found = await reads.get(callId);
		if (!found) return EMPTY;
		const own = (await deliveries?.ofCall(callId)) ?? [];
		// This response may contain events that the other subscribers have not received yet.
		if (lastSentSeqs.has(callId)) emitEvents(callId, found.events, [socket.id]);
		return { ...found, deliveries: own };
	}

	async function sendNewEvents(id: string): Promise<void> {
		queued.delete(id);
		const since = lastSentSeqs.get(id);
		if (since !== undefined) emitEvents(id, await reads.eventsAfter(id, since));
	}

	async function sendDeliveries(ids: readonly string[]): Promise<void> {
		const found = (await deliveries?.byId(ids)) ?? [];
		if (found.length === 0) return;
		if (adapter.rooms.has(DELIVERIES)) io.to(DELIVERIES).emit('deliveries', { deliveries: found });
		for (const callId of new Set(found.map((one) => one.callId))) {
			const own = found.filter((one) => one.callId === callId);
			if (lastSentSeqs.has(callId)) io.to(CALL + callId).emit('timeline', { callId, events: [], deliveries: own });
		}
	}

	const gatherer = createGatherer<readonly string[]>({
		send(groups) {
			const ids = [...new Set(groups.flat())];
			for (let i = 0; i < ids.length; i += FRAME_MAX)
				inOrder(() => sendDeliveries(ids.slice(i, i + FRAME_MAX))).catch(onError);
		},
		pauseMs: DELIVERIES_PAUSE_MS,
		onError,
	});

	return {
		serve(socket) {
			let pending = 0;
			/**
			 * Handles one request after another. Disconnects a socket that has too many waiting requests or too
			 * many unread bytes.
			 */
			const handle = (task: () => Promise<CallSnapshot | { on: boolean }>, acknowledge: unknown): void => {
				if (typeof acknowledge !== 'function' || disconnectIfBehind(socket.conn as unknown as Connection)) return;
				if (++pending > PENDING_MAX) return void socket.disconnect(true);
				inOrder(task)
					.then((found) => (acknowledge as (found: unknown) => void)(found))
					.catch(onError)
					.finally(() => pending--);
			};
			socket.on('watch', (request: unknown, acknowledge: unknown) =>
				handle(() => watch(socket, fieldOf(request, 'callId')), acknowledge),
			);
			socket.on('watch-deliveries', (request: unknown, acknowledge: unknown) => {
				const on = fieldOf(request, 'on') === true;
				handle(async () => {
					await (on ? socket.join(DELIVERIES) : socket.leave(DELIVERIES));
					return { on };
				}, acknowledge);
			});
		},
		touched(callIds) {
			for (const id of callIds) {
				if (!lastSentSeqs.has(id) || queued.has(id)) continue;
				queued.add(id);
				inOrder(() => sendNewEvents(id)).catch(onError);
			}
		},
		delivered(ids) {
			if (ids.length > 0 && (lastSentSeqs.size > 0 || adapter.rooms.has(DELIVERIES))) gatherer.add(ids);
		},
		close: () => gatherer.close(),
	};
}
