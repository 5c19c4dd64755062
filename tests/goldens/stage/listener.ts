import { io, type Socket } from 'socket.io-client';
import type { ClientEvents, ServerEvents, Stats } from '#contract';
import type { Server } from './server.ts';
import { until, within } from './wait.ts';

type Event = keyof ServerEvents;
/** Events that real time triggers, not the script. */
const BY_TIME: readonly string[] = ['head', 'stats'] satisfies Event[];

interface Frame {
	event: string;
	data: unknown;
}

/** A real Socket.IO client, as the dashboard has one. It keeps each frame until the script takes it. */
export interface Listener {
	socket: Socket<ServerEvents, ClientEvents>;
	/** Takes the next frame of this event that `isIt` accepts. Without `isIt`, takes the next frame of this event. */
	next(event: Event, isIt?: (data: unknown) => boolean): Promise<unknown>;
	/** Waits until the last stats equal `wanted`, and returns them. */
	stats(wanted: Stats): Promise<unknown>;
	/** Emits an event and returns its acknowledgment. */
	ask(event: keyof ClientEvents, what: unknown): Promise<unknown>;
	/** Throws if a frame is left that the script did not take. */
	expectNoMore(): void;
	close(): void;
}

export interface Connecting {
	auth?: object;
	headers?: Record<string, string>;
}

const connect = ({ url }: Server, { auth = {}, headers = {} }: Connecting): Socket<ServerEvents, ClientEvents> =>
	io(url, { transports: ['websocket'], forceNew: true, reconnection: false, auth, extraHeaders: headers });

export function listen(server: Server, connecting: Connecting = {}): Listener {
	const socket = connect(server, connecting);
	const frames: Frame[] = [];
	let onFrame: (() => void) | undefined;
	socket.onAny((event: string, data: unknown) => {
		frames.push({ event, data });
		onFrame?.();
	});
	return {
		socket,
		next: (event, isIt = () => true) =>
			within(
				`a frame ${event}`,
				new Promise((resolve) => {
					onFrame = () => {
						const at = frames.findIndex((frame) => frame.event === event && isIt(frame.data));
						if (at >= 0) resolve(frames.splice(at, 1)[0]!.data);
					};
					onFrame();
				}),
			).finally(() => (onFrame = undefined)),
		stats: (wanted) =>
			until('the stats', () => {
				const last = frames.findLast(({ event }) => event === 'stats')?.data;
				return Promise.resolve(JSON.stringify(last) === JSON.stringify(wanted) && last);
			}),
		ask: (event, what) => within(`the acknowledgment of ${event}`, socket.emitWithAck(event, what as never)),
		expectNoMore() {
			const left = frames.filter(({ event }) => !BY_TIME.includes(event));
			if (left.length > 0) throw new Error(`The script did not expect these frames: ${JSON.stringify(left)}`);
		},
		close: () => void socket.disconnect(),
	};
}

/** Connects a listener, and takes its first `sync` and settings. */
export async function follow(server: Server): Promise<Listener> {
	const listener = listen(server);
	await listener.next('sync');
	await listener.next('settings');
	return listener;
}

/** Connects, and returns the error with which the server refuses the connection. */
export function refusal(server: Server, connecting: Connecting): Promise<object> {
	const socket = connect(server, connecting);
	const refused = new Promise<object>((resolve, reject) => {
		socket.on('connect', () => reject(new Error('It was let in.')));
		socket.on('connect_error', (error: Error & { data?: unknown }) =>
			resolve({ message: error.message, data: error.data ?? null }),
		);
	});
	return within('a refusal', refused).finally(() => socket.disconnect());
}
