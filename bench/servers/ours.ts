import type { Server } from 'node:http';
import { NO_FAULTS, type Settings, type Stats } from '#contract';
import { createGatherer } from '#contract/gatherer.ts';
import { createHub } from '#server/feed/hub.ts';
import { openSocketTransport } from '#server/feed/socket-door.ts';
import { createSubscriptions } from '#server/feed/watching.ts';
import type { Access } from '#server/http/access.ts';
import { createConnections } from '#server/http/connections.ts';
import { createSessionEnds } from '#server/http/session-ends.ts';
import { createSockets } from '#server/sockets.ts';
import type { Committed } from '#server/calls/writer.ts';
import type { Broadcaster } from './broadcaster.ts';
import { EPOCH, together } from './changes.ts';
import { socketIoBacklog } from './socket-io-backlog.ts';

/**
 * The adapter to the product: the one file of the benchmark that knows how src/server/app.ts puts the feed's hub on
 * Socket.IO. `gathers` false gives one frame for each change, whatever the product does by itself under load.
 */
export function createOurs(http: Server, gathers: boolean): Broadcaster {
	const onError = (error: unknown): void => console.error(error);
	let last = 0;
	const io = createSockets({
		...{ access: everybody, rules: { appUrl: null, allowedHosts: [], ownHost: '127.0.0.1' }, onError },
		connections: createConnections(1, false),
		sessionEnds: createSessionEnds(Date.now),
	});
	const hub = createHub({
		position: { epoch: EPOCH, seq: 0, change: 0, at: 0, prunedSeq: 0, indexedTo: 0 },
		positionNow: () => Promise.resolve({ change: last }),
		syncFrom: () => Promise.resolve({ mode: 'reset', cursor: `${EPOCH}.${last}`, changes: [] }),
		...{ version: 'bench', now: Date.now, onError },
		...(gathers ? {} : { maxPauseMs: 0 }),
	});
	const reads = { get: () => Promise.resolve(null), eventsAfter: () => Promise.resolve([]) };
	const subscriptions = createSubscriptions({ io, reads, deliveries: null, onError });
	openSocketTransport({ io, hub, subscriptions, settings: () => settings, stats: () => Promise.resolve(NO_STATS), onError });
	io.attach(http);
	return {
		publish(committed) {
			last = committed.position.change;
			hub.publish(committed);
		},
		backlog: () => socketIoBacklog(io),
	};
}

/** The same gathering for the bare server beside it. */
export function gatherAsOurs(tell: (committed: Committed) => void): (committed: Committed) => void {
	const gatherer = createGatherer<Committed>({
		send: ([first, ...more]) => tell(together([first!, ...more])),
		onError: (error) => console.error(error),
	});
	return (committed) => gatherer.add(committed);
}

const NO_STATS: Stats = {
	byStatus: { PENDING: 0, COMPLETED: 0, FAILED: 0 },
	byWorkflow: { SUPPORT: 0, SALES: 0, REMINDER: 0 },
	perMinute: [],
	timeToTerminalMs: null,
};
const settings: Settings = {
	...{ delayMs: { min: 800, max: 2_200 }, failRate: 0.15, seed: null, speed: 1, faults: NO_FAULTS, until: null },
};

/** Nothing is protected. */
const everybody: Access = {
	protected: false,
	isToken: () => true,
	identify: () => Promise.resolve({ session: null }),
	hasValidSession: () => Promise.resolve(true),
	guard: (_request, _response, next) => next(),
};
