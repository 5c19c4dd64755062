import type { ManagerOptions, Socket, SocketOptions } from 'socket.io-client';
import type { ClientEvents, ServerEvents } from '#contract';

export type Line = Socket<ServerEvents, ClientEvents>;
/** Makes a socket to the server that the page came from. */
export type Connect = (options: Partial<ManagerOptions & SocketOptions>) => Line;

/** What the feed needs of the place in which it runs. */
export interface Surroundings {
	socketIo(): Promise<Connect>;
	/** Calls `wake` when the network returns and when the page is shown or hidden, until the answer is called. */
	onWake(wake: (visible: boolean) => void): () => void;
	/** In [0, 1). */
	chance(): number;
}

/** The tab. Socket.IO is loaded with the first start, not with the page. */
export const browser: Surroundings = {
	socketIo: async () => (await import('socket.io-client')).io,
	onWake(wake) {
		const woke = (): void => wake(document.visibilityState === 'visible');
		window.addEventListener('online', woke);
		document.addEventListener('visibilitychange', woke);
		return () => {
			window.removeEventListener('online', woke);
			document.removeEventListener('visibilitychange', woke);
		};
	},
	chance: Math.random,
};
