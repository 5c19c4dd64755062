import { HEAD_EVERY_MS, type Change, type Changes, type Head, type Sync } from '#contract';
import { readCursor, writeCursor } from '#contract/cursor.ts';
import { toCall } from '../calls/call.ts';
import type { RowChange } from '../calls/ledger.ts';
import type { FeedPosition } from '../calls/reads.ts';
import type { Committed } from '../calls/writer.ts';
import { compact } from './compact.ts';
import { createDeltas } from './deltas.ts';
import { createGatherer } from '#contract/gatherer.ts';

export interface HubDeps {
	/** Where the feed stands at the start. */
	position: FeedPosition;
	/** Where the database says that the feed stands: others may have written. */
	positionNow(): Promise<Pick<FeedPosition, 'change'>>;
	syncFrom(cursor: unknown): Promise<Omit<Sync, 'version'>>;
	version: string;
	now(): number;
	onError(error: unknown): void;
	/** How long changes may be gathered into one frame; 0 never gathers. */
	maxPauseMs?: number;
}

/** A way out to clients: all those of one kind. What it is given is encoded once for all of them. */
export interface Door {
	changes(frame: Changes): void;
	head(head: Head): void;
	/** Everything before it is to be loaded again. */
	reset(sync: Sync): void;
}

/** The feed in this process: takes commits, gives frames, heads and syncs. */
export interface Hub {
	/** Tells what was committed. Call it in the order of the commits. */
	publish(committed: Committed): void;
	/**
	 * Calls `use` with what a client at `cursor` must be told, in a turn in which no commit has overtaken it: who joins
	 * then misses nothing. The same object for all that stand at the same place. Not called when it is wanted no more.
	 */
	withSync(cursor: unknown, isWanted: () => boolean, use: (sync: Sync) => void): Promise<void>;
	open(door: Door): void;
	/** Tells what is left, and beats no more. */
	close(): void;
}

/** The least time between two resets: a client needs a while to load everything again. */
const RESET_EVERY_MS = 1_000;
/** How often a client that comes may be overtaken by commits before it gets its sync as it is. */
const SYNC_TRIES = 5;

export function createHub({ position, positionNow, syncFrom, version, now, onError, maxPauseMs }: HubDeps): Hub {
	const { epoch } = position;
	const doors: Door[] = [];
	/** The last change that was committed, and the last that was sent. */
	let [committed, sent] = [position.change, position.change];
	const cursorOf = (seq: number): string => writeCursor({ epoch, seq });
	const at = (): string => new Date(now()).toISOString();
	const deltas = createDeltas(async (cursor) => syncFrom(cursor));
	/** With our version; one object for each delta, so that it is encoded once. */
	const syncs = new WeakMap<object, Sync>();

	/** A door that fails keeps nothing from the others. */
	function toDoors(tell: (door: Door) => void): void {
		for (const door of doors) {
			try {
				tell(door);
			} catch (error) {
				onError(error);
			}
		}
	}

	/** Until a reset is sent, whatever is committed waits for it: a frame would lead clients past what the reset tells. */
	let resetWaits = false;
	const resets = createGatherer<number>({
		send(changes) {
			resetWaits = false;
			sent = changes.at(-1)!;
			const reset: Sync = { mode: 'reset', cursor: cursorOf(sent), changes: [], version };
			toDoors((door) => door.reset(reset));
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
					changes: compact(part.flatMap((one) => one.changes.flatMap(told))),
				};
				toDoors((door) => door.changes(frame));
			}
		},
		...(maxPauseMs === undefined ? {} : { maxPauseMs }),
		onError,
	});

	/** Vouches for nothing that the database does not say: without an answer of it there is no beat. */
	async function beat(): Promise<void> {
		const { change } = await positionNow();
		await new Promise(setImmediate); // so that our own last commit was published
		if (resetWaits) return; // it comes within a second, and says more
		const foreign = change > committed;
		if (foreign) deltas.forget();
		const head: Head = { cursor: cursorOf(foreign ? change : sent), at: at() };
		toDoors((door) => door.head(head));
	}
	const heartbeat = setInterval(() => void beat().catch(onError), HEAD_EVERY_MS);

	return {
		publish(one) {
			if (one.changes.length === 0) return;
			committed = one.position.change;
			deltas.forget();
			gatherer.add(one);
		},
		async withSync(cursor, isWanted, use) {
			for (let tries = 1; ; tries++) {
				const delta = await deltas.of(cursor, isWanted);
				if (!isWanted()) return;
				if (delta === null) continue;
				if ((readCursor(delta.cursor)?.seq ?? 0) < committed && tries < SYNC_TRIES) continue;
				let sync = syncs.get(delta);
				if (!sync) syncs.set(delta, (sync = { ...delta, version }));
				return use(sync);
			}
		},
		open: (door) => void doors.push(door),
		close() {
			clearInterval(heartbeat);
			gatherer.close();
			resets.close();
		},
	};
}

/** Commits that follow each other; what somebody else wrote between is a gap that clients must see, and heal. */
function withoutGaps(group: readonly Committed[]): Committed[][] {
	const parts: Committed[][] = [];
	for (const one of group) {
		const part = parts.at(-1);
		if (part?.at(-1)?.position.change === one.previous) part.push(one);
		else parts.push([one]);
	}
	return parts;
}

/** Calls were deleted without tombstones: no frame can list them. */
const isPurge = ({ changes }: Committed): boolean => changes.some(({ type }) => type === 'purged');

function told(change: RowChange): Change[] {
	if (change.type === 'purged') return []; // sent as a reset
	return ['call' in change ? { ...change, call: toCall(change.call) } : change];
}
