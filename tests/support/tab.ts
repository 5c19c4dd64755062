import { io, type Socket } from 'socket.io-client';
import { onTestFinished } from 'vitest';
import type { Call, Change, Changes, ClientEvents, Head, ServerEvents, Settings, Sync } from '#contract';
import type { TestApp } from './app.ts';

export interface TabOptions {
	cursor?: string;
	token?: string;
	headers?: Record<string, string>;
}

/** What a connected client has received, in order, and a way to wait for more. */
export interface Tab {
	socket: Socket<ServerEvents, ClientEvents>;
	syncs: Sync[];
	frames: Changes[];
	heads: Head[];
	settings: Settings[];
	/** Returns all changes of all frames, in order. */
	changes(): Change[];
	/**
	 * Calls `found` after every event. Resolves with the first result other than undefined and false. Never polls.
	 */
	until<T>(found: () => T | undefined | false): Promise<T>;
	/** Resolves with the call when a change shows that it ended. */
	ended(id: string): Promise<Call>;
	close(): void;
}

/** Connects a real Socket.IO client over WebSocket only, as the dashboard does. */
export function openTab(app: Pick<TestApp, 'url'>, { cursor, token, headers = {} }: TabOptions = {}): Tab {
	const socket: Socket<ServerEvents, ClientEvents> = io(app.url, {
		transports: ['websocket'],
		forceNew: true,
		reconnectionDelay: 20,
		reconnectionDelayMax: 50,
		auth: { ...(cursor === undefined ? {} : { cursor }), ...(token === undefined ? {} : { token }) },
		extraHeaders: headers,
	});
	const [syncs, frames, heads, settings]: [Sync[], Changes[], Head[], Settings[]] = [[], [], [], []];
	const waiting = new Set<() => void>();
	const checkAll = (): void => waiting.forEach((check) => check());
	const collectIn =
		<T>(list: T[]) =>
		(item: T): void => {
			list.push(item);
			checkAll();
		};
	socket.on('sync', collectIn(syncs));
	socket.on('changes', collectIn(frames));
	socket.on('head', collectIn(heads));
	socket.on('settings', collectIn(settings));
	socket.on('disconnect', checkAll);
	socket.on('connect', checkAll);
	const close = (): void => void socket.disconnect();
	onTestFinished(close);

	const changes = (): Change[] => frames.flatMap((frame) => frame.changes);
	const until = <T>(found: () => T | undefined | false): Promise<T> =>
		new Promise((resolve) => {
			const check = (): void => {
				const value = found();
				if (value === undefined || value === false) return;
				waiting.delete(check);
				resolve(value);
			};
			waiting.add(check);
			check();
		});

	return {
		socket,
		syncs,
		frames,
		heads,
		settings,
		changes,
		until,
		close,
		ended: (id) =>
			until(() => {
				const calls = [...syncs.flatMap((sync) => sync.changes), ...changes()].flatMap((c) =>
					'call' in c ? [c.call] : [],
				);
				return calls.find((call) => call.id === id && call.status !== 'PENDING');
			}),
	};
}

/** Opens a tab, and waits until the tab has its first `sync` and the settings. */
export async function openFollowingTab(app: Pick<TestApp, 'url'>, options?: TabOptions): Promise<Tab> {
	const tab = openTab(app, options);
	await tab.until(() => tab.syncs.length > 0 && tab.settings.length > 0);
	return tab;
}
