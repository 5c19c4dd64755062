import type { Call, ClientEvents, Delivery, Event, ServerEvents, Watched } from '#contract';
import type { Server, Socket } from 'socket.io';
import { createGatherer } from './gatherer.ts';
import { fieldOf } from './sent.ts';

export interface WatchingDeps {
	io: Server<ClientEvents, ServerEvents>;
	reads: {
		get(id: string): Promise<{ call: Call; events: Event[] } | null>;
		/** The entries of this call past `seq`, in their order. */
		eventsAfter(id: string, seq: number): Promise<Event[]>;
	};
	/** null with a foreign provider, which keeps its deliveries to itself. */
	deliveries: { ofCall(callId: string): Promise<Delivery[]>; byId(ids: readonly string[]): Promise<Delivery[]> } | null;
	onError(error: unknown): void;
}

/** Tells timelines and deliveries to those who watch them. What nobody watches is not even read. */
export interface Watching {
	/** Answers this socket's `watch` and `watch-deliveries`. */
	serve(socket: Socket<ClientEvents, ServerEvents>): void;
	/** Something was committed about these calls. Call it in the order of the commits. */
	touched(callIds: Iterable<string>): void;
	/** These deliveries are new, or were tried, canceled or sent again. */
	delivered(ids: readonly string[]): void;
	close(): void;
}

const DELIVERIES = 'deliveries';
const CALL = 'call:';
const ID_MAX = 100;
/** How many questions of one socket may wait for each other. */
const QUESTIONS_MAX = 16;
/** How many deliveries go in one frame: each has what was sent and answered. */
const FRAME_MAX = 100;
const NOTHING: Watched = { call: null, events: [], deliveries: [] };

export function createWatching({ io, reads, deliveries, onError }: WatchingDeps): Watching {
	const { adapter } = io.of('/');
	/** Of each call that is watched: the last entry that its watchers were told, and how often they were told something. */
	const calls = new Map<string, { seq: number; told: number }>();
	adapter.on('delete-room', (room: string) => {
		if (room.startsWith(CALL)) calls.delete(room.slice(CALL.length));
	});
	/** One after the other, so that what is told keeps its order. */
	let work: Promise<unknown> = Promise.resolve();
	const inOrder = (what: () => Promise<void>): void => {
		work = work.then(what).catch(onError);
	};

	async function read(id: string): Promise<Watched> {
		for (;;) {
			const before = calls.get(id)?.told;
			const found = await reads.get(id);
			const own = found ? ((await deliveries?.ofCall(id)) ?? []) : [];
			const state = calls.get(id);
			// Whoever is told something meanwhile must not get this older answer after it.
			if (state && state.told !== before) continue;
			if (state && found) state.seq = Math.max(state.seq, found.events.at(-1)?.seq ?? 0);
			return found ? { ...found, deliveries: own } : NOTHING;
		}
	}

	async function watch(socket: Socket<ClientEvents, ServerEvents>, callId: unknown): Promise<Watched> {
		for (const room of socket.rooms) if (room.startsWith(CALL)) void socket.leave(room);
		if (typeof callId !== 'string' || callId.length > ID_MAX) return NOTHING;
		if (!calls.has(callId)) calls.set(callId, { seq: 0, told: 0 });
		void socket.join(CALL + callId); // before it reads, so that nothing falls between
		return read(callId);
	}

	async function tellEvents(id: string): Promise<void> {
		const state = calls.get(id);
		if (!state) return;
		const events = await reads.eventsAfter(id, state.seq);
		if (events.length === 0) return;
		state.seq = events.at(-1)!.seq;
		state.told++;
		io.to(CALL + id).emit('timeline', { callId: id, events, deliveries: [] });
	}

	async function tellDeliveries(ids: readonly string[]): Promise<void> {
		const found = (await deliveries?.byId(ids)) ?? [];
		if (found.length === 0) return;
		if (adapter.rooms.has(DELIVERIES)) io.to(DELIVERIES).emit('deliveries', { deliveries: found });
		for (const callId of new Set(found.map((one) => one.callId))) {
			const state = calls.get(callId);
			if (!state) continue;
			state.told++;
			const own = found.filter((one) => one.callId === callId);
			io.to(CALL + callId).emit('timeline', { callId, events: [], deliveries: own });
		}
	}

	const gatherer = createGatherer<readonly string[]>({
		send(groups) {
			const ids = [...new Set(groups.flat())];
			for (let i = 0; i < ids.length; i += FRAME_MAX) inOrder(() => tellDeliveries(ids.slice(i, i + FRAME_MAX)));
		},
		pauseMs: 100,
		onError,
	});

	return {
		serve(socket) {
			let asked = 0;
			let before: Promise<unknown> = Promise.resolve();
			/** One question after the other; a socket that asks without end is shown out. */
			const question = (work: () => Promise<Watched | { on: boolean }>, answer: unknown): void => {
				if (typeof answer !== 'function') return;
				if (++asked > QUESTIONS_MAX) return void socket.disconnect(true);
				before = before
					.then(work)
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
			if (calls.size === 0) return;
			for (const id of callIds) if (calls.has(id)) inOrder(() => tellEvents(id));
		},
		delivered(ids) {
			if (ids.length > 0 && (calls.size > 0 || adapter.rooms.has(DELIVERIES))) gatherer.add(ids);
		},
		close: () => gatherer.close(),
	};
}
