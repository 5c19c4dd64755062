import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { v7 } from 'uuid';
import type { Change, Settings, Stats } from '#contract';
import { createGatherer } from '#contract/gatherer.ts';
import { toCall, type CallRow } from '#server/calls/call.ts';
import type { RowChange } from '#server/calls/ledger.ts';
import { createHub } from '#server/feed/hub.ts';
import { openSocketTransport } from '#server/feed/socket-door.ts';
import type { Subscriptions } from '#server/feed/watching.ts';
import type { Access } from '#server/http/access.ts';
import { createConnections } from '#server/http/connections.ts';
import { createSessionEnds } from '#server/http/session-ends.ts';
import { createSockets } from '#server/sockets.ts';
import { callRow } from '#tests/support/call-row.ts';
import { listen, serve } from '#bench/support/children.ts';
import { keyOf, micros, paced, type Sent } from '#bench/support/measure.ts';
import { createBareSocket } from './bare-socket.ts';

type CreatedOrUpdated = Extract<RowChange, { call: CallRow }>;
type Publish = (change: CreatedOrUpdated) => void;

const onError = (error: unknown): void => console.error(error);

/**
 * Runs the product's hub and Socket.IO server, composed as in src/server/app.ts but without a database. Without
 * `gathers`, changes are not gathered into common frames.
 */
function createProduct(http: Server, gathers: boolean): Publish {
	const epoch = 'bench';
	const io = createSockets({
		access: { identify: () => Promise.resolve({ session: null }) } as Partial<Access> as Access,
		rules: { appUrl: null, allowedHosts: [], ownHost: '127.0.0.1' },
		connections: createConnections(1, false),
		sessionEnds: createSessionEnds(Date.now),
		onError,
	});
	const hub = createHub({
		position: { epoch, seq: 0, change: 0, at: 0, prunedSeq: 0, indexedTo: 0 },
		positionNow: () => Promise.resolve({ change: seq }),
		syncFrom: () => Promise.resolve({ mode: 'reset', cursor: `${epoch}.${seq}`, changes: [] }),
		version: 'bench',
		now: Date.now,
		onError,
		...(gathers ? {} : { maxPauseMs: 0 }),
	});
	openSocketTransport({
		io,
		hub,
		subscriptions: { serve: () => undefined } as Partial<Subscriptions> as Subscriptions,
		settings: () => ({}) as Settings,
		stats: () => Promise.resolve({} as Stats),
		onError,
	});
	io.attach(http);
	return (change) => {
		const position = { seq: change.seq, change: change.seq, at: Date.now() };
		hub.publish({ changes: [change], previous: change.seq - 1, position, touched: [] });
	};
}

/** Runs the fastest server to compare with, on bare `ws`. With `gathers`, it gathers changes as the product does. */
function createBare(http: Server, gathers: boolean): Publish {
	const broadcast = createBareSocket(http);
	const gatherer = createGatherer<Change>({
		send: (changes) => broadcast([...changes]),
		onError,
		...(gathers ? {} : { maxPauseMs: 0 }),
	});
	return (change) => gatherer.add({ ...change, call: toCall(change.call) });
}

let seq = 0;
let publish: Publish;
const tcp: Socket[] = [];

/** Returns the change of a call that was answered just now: about 700 bytes in a frame. */
function nextChange(): CreatedOrUpdated {
	const [now, id] = [Date.now(), v7()];
	const times = { startedAt: now - 8_000, ringingAt: now - 6_000, answeredAt: now };
	const call = callRow({ n: ++seq, id, phase: 'IN_PROGRESS', providerId: `sim_${id}`, updatedAt: now, ...times, seq });
	return { seq, type: 'updated', call };
}

/** The publisher pauses while one of the first 16 clients has more unsent bytes than this. */
const UNSENT_MAX = 64 * 1_024;
const unsent = (): number => Math.max(...tcp.slice(0, 16).map((socket) => socket.writableLength));

const methods = {
	/** Starts the server of a side and returns its port. Without `gathers`, each change is a frame of its own. */
	listen(side: 'bare ws' | 'product', gathers: boolean): Promise<number> {
		const http = createServer().on('connection', (socket: Socket) => tcp.push(socket));
		publish = (side === 'product' ? createProduct : createBare)(http, gathers);
		return listen(http);
	},
	/** Publishes changes as fast as possible. Returns their number. */
	async saturate(seconds: number): Promise<number> {
		const before = seq;
		for (const end = performance.now() + seconds * 1_000; performance.now() < end; await turn()) {
			publish(nextChange());
			while (unsent() > UNSENT_MAX) await pause(1);
		}
		return seq - before;
	},
	async steady(rate: number, seconds: number): Promise<Sent> {
		const sent: Sent = {};
		await paced(rate, seconds, () => {
			const change = nextChange();
			sent[keyOf(change.call)] = micros();
			publish(change);
		});
		return sent;
	},
};
export type PushServer = typeof methods;

serve(methods);
