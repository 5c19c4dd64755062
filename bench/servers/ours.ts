import type { Server } from 'node:http';
import { NO_FAULTS, type Settings } from '#contract';
import { createHub } from '#server/feed/hub.ts';
import type { Access } from '#server/http/access.ts';
import { createSockets } from '#server/sockets.ts';
import type { Committed } from '#server/calls/writer.ts';
import type { Broadcaster } from './broadcaster.ts';
import { EPOCH, together } from './changes.ts';
import { socketIoBacklog } from './socket-io-backlog.ts';

/**
 * The adapter to the product: the one file of the benchmark that knows how src/server/app.ts puts the feed's hub on
 * Socket.IO. `gathers` false must give one frame for each change, whatever the product does by itself under load.
 */
export function createOurs(http: Server, gathers: boolean): Broadcaster {
	const onError = (error: unknown): void => console.error(error);
	let last = 0;
	const io = createSockets(everybody, { appUrl: null, allowedHosts: [], ownHost: '127.0.0.1' }, onError);
	const hub = createHub({
		...{ io, onError, version: 'bench', now: Date.now, settings: () => settings },
		position: { epoch: EPOCH, seq: 0, change: 0, at: 0, prunedSeq: 0 },
		syncFrom: () => Promise.resolve({ mode: 'reset', cursor: `${EPOCH}.${last}`, changes: [] }),
	});
	io.attach(http);
	const told = (committed: Committed): void => {
		last = committed.position.change;
		hub.publish(committed);
	};
	return { publish: gathers ? gatherAsOurs(told) : told, backlog: () => socketIoBacklog(io) };
}

/** How the product gathers, for the bare server beside it: at once, then at most one frame in each window. */
export function gatherAsOurs(tell: (committed: Committed) => void): (committed: Committed) => void {
	let pending: Committed[] = [];
	let waiting = false;
	const send = (): void => {
		const [first, ...more] = pending;
		waiting = first !== undefined;
		if (first === undefined) return;
		pending = [];
		setTimeout(send, WINDOW_MS);
		tell(together([first, ...more]));
	};
	return (committed) => {
		pending.push(committed);
		if (!waiting) send();
	};
}

const WINDOW_MS = 20;

const settings: Settings = {
	...{ delayMs: { min: 800, max: 2_200 }, failRate: 0.15, seed: null, speed: 1, faults: NO_FAULTS, until: null },
};

/** Nothing is protected. */
const everybody: Access = {
	protected: false,
	isToken: () => true,
	identify: () => Promise.resolve({ session: null }),
	guard: (_request, _response, next) => next(),
};
