import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '#db/database.ts';
import type { Calls } from '../calls/calls.ts';
import { removeCovered, removeRunning } from '../calls/removal.ts';
import type { Config } from '../config.ts';
import { dropLeftovers, type ProviderRecords } from './leftovers.ts';
import { nextPast, type Limits, type Place } from './past.ts';
import { Portion } from './portion.ts';
import { pruneTombstones } from './tombstones.ts';

/** The provider's port. */
export interface KeptByProvider extends ProviderRecords {
	/** Drops what it has of these calls, and answers those that it is done with. */
	forget(callIds: readonly string[]): Promise<string[]>;
}

export interface RetentionDeps {
	database: Database;
	calls: Pick<Calls, 'retire'>;
	provider: KeptByProvider;
	/** Off where both are null. */
	keep: Config['retention'];
	now(): number;
	/** Whether the clock has run without a jump for long enough to delete by it. */
	isSteady(): boolean;
	/** So many calls were deleted. */
	onDeleted(count: number): void;
	/** New rows for the jobs' worker were committed. */
	onJobs(): void;
	onError(error: unknown): void;
}

/**
 * Removes what was cleared, keeps the history within its limits, and the file as small as it can be: in small steps, when
 * nobody is in a hurry.
 */
export interface Retention {
	/** Something was cleared: its rows are removed next. */
	cleared(): void;
	/** So many calls were made. */
	created(count: number): void;
	/** Resolves when what is under way is done; nothing begins any more. */
	close(): Promise<void>;
}

const DAY_MS = 86_400_000;
const EVERY_MS = 60_000;
/** The limit of calls is looked at earlier when a tenth of it was made since, or so many. */
const [SHARE, MADE] = [0.1, 100];
/** Creates come first: each step waits until none came for so long, … */
const CALM_MS = 50;
/** … but no longer than this, and not at all once so many were deleted and more are to go. */
const PATIENCE_MS = 250;
const BEHIND = 20_000;
/** Between two steps, so that tabs keep up with what they are told. */
const REST_MS = 20;
/** How long a step may take, as nothing else runs meanwhile. */
const TURN_MS = 8;
/** Clears that keep coming hold up neither the removal nor the rest: in each round so long is removed all the same, … */
const SLICE_MS = 1_000;
/** … no further round begins after so long, … */
const ROUNDS_MS = 5_000;
/** … and everything else goes on for so long then. */
const OTHERS_MS = 1_000;
/** Unused pages of the file that stay for what comes: 1 MB. */
const SPARE_PAGES = 256;

export function createRetention(deps: RetentionDeps): Retention {
	const { database, calls, provider, keep, onError } = deps;
	const portion = new Portion(32, 128, TURN_MS);
	/** A commit waits for the disk, however little it writes: fewer would take as long. */
	const removal = new Portion(128, 1_024, TURN_MS);
	const pages = new Portion(16, 1_024, TURN_MS);
	const enough = keep.calls === null ? Infinity : Math.max(MADE, keep.calls * SHARE);
	const stop = new AbortController();
	let made = 0;
	/** How often something was cleared, and how much of that has begun to be removed. */
	let [clears, known] = [0, 0];
	const isCleared = (): boolean => clears !== known;
	let othersUntil = -Infinity;
	const goesOn = (): boolean => !stop.signal.aborted && (!isCleared() || performance.now() < othersUntil);
	let createdAt = -Infinity;
	let timer: NodeJS.Timeout | undefined;
	let running: Promise<void> | undefined;

	const pause = (ms: number): Promise<unknown> => sleep(ms, undefined, { signal: stop.signal }).catch(() => undefined);

	/** Waits for a calm moment; answers false at the stop, or when something was cleared, which comes first after a while. */
	async function rest(patienceMs = PATIENCE_MS): Promise<boolean> {
		const latest = performance.now() + REST_MS + patienceMs;
		await pause(REST_MS);
		for (let ms; (ms = Math.min(createdAt + CALM_MS, latest) - performance.now()) > 0;) {
			if (stop.signal.aborted) return false;
			await pause(ms);
		}
		return goesOn();
	}

	/** One step of it, and the time in which others have their turn: as much again and more, so that little steps go fast. */
	async function removed<Done extends { removed: number }>(step: (most: number) => Promise<Done>): Promise<Done> {
		const [start, most] = [performance.now(), removal.size];
		const done = await step(most);
		const took = performance.now() - start;
		if (done.removed === most) removal.took(took);
		await pause(Math.min(REST_MS, 2 * took));
		return done;
	}

	/** What was cleared, first of all what is to be hung up. No reader sees any of it since. */
	async function removeCleared(): Promise<void> {
		const lastRound = performance.now() + ROUNDS_MS;
		do {
			known = clears;
			for (let after: number | null = 0; after !== null && !stop.signal.aborted;) {
				const from: number = after;
				const step = await removed((most) => removeRunning(database, { after: from, most, now: deps.now() }));
				if (step.removed > 0) deps.onJobs();
				after = step.after;
			}
			const sliceEnd = performance.now() + SLICE_MS;
			while (!stop.signal.aborted && (!isCleared() || performance.now() < sliceEnd))
				if ((await removed((most) => removeCovered(database, { most, now: deps.now() }))).isLast) break;
		} while (isCleared() && !stop.signal.aborted && performance.now() < lastRound);
	}

	async function retire(_now: number, before: number): Promise<void> {
		let place: Place = { n: 0, left: 0 };
		let deleted = 0;
		// The clock is read again for each step: a pass may take long, and the machine may sleep meanwhile.
		while (goesOn() && deps.isSteady()) {
			const limits: Limits = { before, calls: keep.calls, now: deps.now() };
			const { ended, n, count, isLast } = await nextPast(database, limits, place, portion.size);
			let gone: string[] = [];
			if (ended.length > 0) {
				if (!(await rest(deleted < BEHIND ? PATIENCE_MS : 0))) break;
				const start = performance.now();
				gone = await provider.forget(ended);
				const middle = performance.now();
				if (gone.length > 0) await calls.retire(gone);
				if (ended.length === portion.size) portion.took(Math.max(middle - start, performance.now() - middle));
			} else await new Promise(setImmediate);
			deleted += gone.length;
			place = { n, left: place.left + count - gone.length };
			if (isLast) break;
		}
		if (deleted > 0) deps.onDeleted(deleted);
	}

	const leftovers = async (now: number, before: number): Promise<void> => {
		if (deps.isSteady()) await dropLeftovers({ database, provider, size: portion.size, rest, goesOn }, now, before);
	};

	async function shrink(): Promise<void> {
		for (let left = 1; left > 0 && (await rest());) {
			const { size } = pages;
			const start = performance.now();
			left = await database.shrink(size, SPARE_PAGES);
			if (left > 0) pages.took(performance.now() - start);
		}
	}

	const isLimited = keep.days !== null || keep.calls !== null;
	/** In this order; but where a clear cut one short, the next pass begins with the one behind it: each has its turn. */
	const others: ((now: number, before: number) => Promise<void>)[] = [
		...(isLimited ? [retire, leftovers] : []),
		async () => {
			if (await rest()) await pruneTombstones(database, rest);
		},
		shrink,
	];
	let turn = 0;

	async function pass(): Promise<void> {
		await removeCleared();
		made = 0;
		othersUntil = performance.now() + OTHERS_MS;
		const now = deps.now();
		const before = keep.days === null ? -Infinity : now - keep.days * DAY_MS;
		for (let done = 0; done < others.length && goesOn(); done++) {
			const other = others[turn]!;
			turn = (turn + 1) % others.length;
			await other(now, before);
		}
		if (goesOn()) turn = 0;
	}

	function wake(ms: number): void {
		if (stop.signal.aborted || running) return;
		clearTimeout(timer);
		timer = setTimeout(() => {
			running = pass()
				.catch(onError)
				.then(() => {
					running = undefined;
					wake(isCleared() || made >= enough ? 0 : EVERY_MS);
				});
		}, ms);
	}

	wake(0);
	return {
		cleared() {
			clears++;
			wake(0);
		},
		created(count) {
			if (count === 0) return;
			createdAt = performance.now();
			made += count;
			if (made >= enough && made - count < enough) wake(0);
		},
		async close() {
			stop.abort();
			clearTimeout(timer);
			await running;
		},
	};
}
