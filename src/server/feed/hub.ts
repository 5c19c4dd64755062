import { HEAD_EVERY_MS, type Change, type Changes, type Head, type Sync } from '#contract';
import { readCursor, writeCursor } from '#contract/cursor.ts';
import { toCall } from '../calls/call.ts';
import type { RowChange } from '../calls/ledger.ts';
import type { FeedPosition } from '../calls/reads.ts';
import type { Committed } from '../calls/writer.ts';
import { compact } from './compact.ts';
import { createSyncCache } from './deltas.ts';
import { createGatherer } from '#contract/gatherer.ts';

export interface HubDeps {
	/** The feed's position at the start. */
	position: FeedPosition;
	/** The feed's position in the database, which another process may have moved. */
	positionNow(): Promise<Pick<FeedPosition, 'change'>>;
	syncFrom(cursor: unknown): Promise<Omit<Sync, 'version'>>;
	version: string;
	now(): number;
	onError(error: unknown): void;
	/** How long changes may be gathered into one frame, in milliseconds. 0 turns gathering off. */
	maxPauseMs?: number;
}

/** The output to all clients of one kind of connection: Socket.IO or event streams. */
export interface Transport {
	changes(frame: Changes): void;
	head(head: Head): void;
	/** Sends a sync after which clients must reload everything. */
	reset(sync: Sync): void;
}

/** The feed in this process: receives commits and emits frames, heads and syncs. */
export interface Hub {
	/** Publishes a commit. Call it in commit order. */
	publish(committed: Committed): void;
	/**
	 * Calls `use` with the sync for a client at `cursor`, at a moment when no newer commit is known. A client that
	 * subscribes inside `use` misses no change. Clients at the same cursor get the same object. `use` is not called
	 * once `isWanted` returns false.
	 */
	withSync(cursor: unknown, isWanted: () => boolean, use: (sync: Sync) => void): Promise<void>;
	open(transport: Transport): void;
	/** Sends what is still gathered and stops the heartbeat. */
	close(): void;
}

/** Minimum interval between two resets: clients need time to reload everything. */
const RESET_EVERY_MS = 1_000;
/**
 * How many times a sync is read if commits overtake it. The last one is sent although it is outdated: the client
 * then notices a gap.
 */
const SYNC_ATTEMPTS = 5;

export function createHub({ position, positionNow, syncFrom, version, now, onError, maxPauseMs }: HubDeps): Hub {
	const { epoch } = position;
	const transports: Transport[] = [];
	/** The seq of the last committed change, and of the last sent change. */
	let [committed, sent] = [position.change, position.change];
	const cursorOf = (seq: number): string => writeCursor({ epoch, seq });
	const at = (): string => new Date(now()).toISOString();
	/** One object for all clients at a cursor, so that it is encoded once. */
	const syncs = createSyncCache(async (cursor): Promise<Sync> => ({ ...(await syncFrom(cursor)), version }));

	/** Sends to all transports. If one transport throws, the others still get the message. */
	function toTransports(send: (transport: Transport) => void): void {
		for (const transport of transports) {
			try {
				send(transport);
			} catch (error) {
				onError(error);
			}
		}
	}

	/**
	 * While a reset is pending, all commits wait for the reset: a frame would move the cursors of clients past it.
	 */
	let resetWaits = false;
	const resets = createGatherer<number>({
		send(changes) {
			resetWaits = false;
			sent = changes.at(-1)!;
			const reset: Sync = { mode: 'reset', cursor: cursorOf(sent), changes: [], version };
			toTransports((transport) => transport.reset(reset));
		},
		pauseMs: RESET_EVERY_MS,
		onError,
	});

	const gatherer = createGatherer<Committed>({
		send(group) {
			if (resetWaits || group.some(isPurge)) {
				resetWaits = true;
				return resets.add(group.at(-1)!.position.change);
			}
			for (const part of withoutGaps(group)) {
				const [first, last] = [part[0]!, part.at(-1)!];
				sent = last.position.change;
				const frame: Changes = {
					previous: cursorOf(first.previous),
					cursor: cursorOf(sent),
					at: at(),
					changes: compact(part.flatMap((one) => one.changes.flatMap(publicChanges))),
				};
				toTransports((transport) => transport.changes(frame));
			}
		},
		...(maxPauseMs === undefined ? {} : { maxPauseMs }),
		onError,
	});

	/**
	 * Sends the last sent change as the heartbeat, or the position in the database if another process wrote. Skips it if
	 * the database cannot be read.
	 */
	async function beat(): Promise<void> {
		const { change } = await positionNow();
		await new Promise(setImmediate); // lets this process publish its own last commit first
		if (resetWaits) return; // the reset follows within a second and makes clients reload everything
		const foreign = change > committed;
		if (foreign) syncs.invalidate();
		const head: Head = { cursor: cursorOf(foreign ? change : sent), at: at() };
		toTransports((transport) => transport.head(head));
	}
	const heartbeat = setInterval(() => void beat().catch(onError), HEAD_EVERY_MS);

	return {
		publish(one) {
			if (one.changes.length === 0) return;
			committed = one.position.change;
			syncs.invalidate();
			gatherer.add(one);
		},
		async withSync(cursor, isWanted, use) {
			for (let attempt = 1; ; attempt++) {
				const sync = await syncs.of(cursor, isWanted);
				if (!isWanted()) return;
				if (sync === null) continue;
				if ((readCursor(sync.cursor)?.seq ?? 0) < committed && attempt < SYNC_ATTEMPTS) continue;
				// The sync covers gathered changes already. A frame after it would send them to this client again.
				gatherer.flush();
				return use(sync);
			}
		},
		open: (transport) => void transports.push(transport),
		close() {
			clearInterval(heartbeat);
			gatherer.close();
			resets.close();
		},
	};
}

/**
 * Splits commits where another process committed in between, so that clients notice the gap between two frames and
 * heal it.
 */
function withoutGaps(group: readonly Committed[]): Committed[][] {
	const parts: Committed[][] = [];
	for (const one of group) {
		const part = parts.at(-1);
		if (part?.at(-1)?.position.change === one.previous) part.push(one);
		else parts.push([one]);
	}
	return parts;
}

/** Whether calls were deleted without tombstones, so that no frame can list them. */
const isPurge = ({ changes }: Committed): boolean => changes.some(({ type }) => type === 'purged');

function publicChanges(change: RowChange): Change[] {
	if (change.type === 'purged') return []; // sent as a reset
	return ['call' in change ? { ...change, call: toCall(change.call) } : change];
}
