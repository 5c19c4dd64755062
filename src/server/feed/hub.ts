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
	/** The feed's position in the database: another process may have written. */
	positionNow(): Promise<Pick<FeedPosition, 'change'>>;
	syncFrom(cursor: unknown): Promise<Omit<Sync, 'version'>>;
	version: string;
	now(): number;
	onError(error: unknown): void;
	/** How long changes may be gathered into one frame. 0 turns gathering off. */
	maxPauseMs?: number;
}

/** An output to all clients of one transport. Each message is encoded once for all of them. */
export interface Transport {
	changes(frame: Changes): void;
	head(head: Head): void;
	/** Clients must reload everything. */
	reset(sync: Sync): void;
}

/** The feed in this process: receives commits and emits frames, heads and syncs. */
export interface Hub {
	/** Publishes a commit. Call it in commit order. */
	publish(committed: Committed): void;
	/**
	 * Calls `use` with the sync for a client at `cursor`, in a turn in which no commit has overtaken it. A client that
	 * joins there misses nothing. Clients at the same cursor get the same object. `use` is not called once `isWanted`
	 * is false.
	 */
	withSync(cursor: unknown, isWanted: () => boolean, use: (sync: Sync) => void): Promise<void>;
	open(transport: Transport): void;
	/** Sends what is still gathered and stops the heartbeat. */
	close(): void;
}

/** Minimum interval between two resets: clients need time to reload everything. */
const RESET_EVERY_MS = 1_000;
/** How often commits may overtake the sync of a client before it is sent as it is. */
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

	/** If one transport throws, the others still get the message. */
	function toTransports(send: (transport: Transport) => void): void {
		for (const transport of transports) {
			try {
				send(transport);
			} catch (error) {
				onError(error);
			}
		}
	}

	/** While a reset is pending, all commits wait for it: a frame would lead clients past the reset. */
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

	/** Sends a heartbeat with the position in the database. Skips it if the database cannot be read. */
	async function beat(): Promise<void> {
		const { change } = await positionNow();
		await new Promise(setImmediate); // lets our own last commit be published first
		if (resetWaits) return; // a reset follows within a second and contains more
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

/** Splits commits at gaps. A commit of another process in between is a gap that clients must notice and heal. */
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
