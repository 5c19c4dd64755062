import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '#db/database.ts';
import type { Calls } from '../calls/calls.ts';
import { removeCovered, removeRunning } from '../calls/removal.ts';
import type { Config } from '../config.ts';
import { nextCandidates, type Limits, type WalkPosition } from './past.ts';
import { AdaptiveBatch } from './portion.ts';
import { pruneTombstones } from './tombstones.ts';

export interface RetentionDeps {
	database: Database;
	calls: Pick<Calls, 'retire'>;
	/** The limits of age and number. null turns a limit off. */
	keep: Config['retention'];
	now(): number;
	/** Whether the clock has run long enough without a jump to delete calls by their age. */
	isSteady(): boolean;
	/** Called with the number of deleted calls. */
	onDeleted(count: number): void;
	/** Called when new rows for the jobs' worker were committed. */
	onJobs(): void;
	onError(error: unknown): void;
}

/**
 * Removes the rows of cleared calls, keeps the history within its limits, prunes tombstones and shrinks the file.
 * Works in small steps. All steps but those of the removal wait for a moment without new calls.
 */
export interface Retention {
	/** Reports that calls were cleared. Their rows are removed next. */
	cleared(): void;
	/** Reports the number of newly created calls. */
	created(count: number): void;
	/** Resolves when the step under way is done. No step begins afterwards. */
	close(): Promise<void>;
}

const DAY_MS = 86_400_000;
const EVERY_MS = 60_000;
/** A pass starts early after this many new calls: `SHARE` of the limit of calls, but at least `CREATED_MIN`. */
const [SHARE, CREATED_MIN] = [0.1, 100];
/** Creates have priority: each step waits until no call was created for this long. */
const CALM_MS = 50;
/** The longest wait for `CALM_MS`. Once a pass has deleted `BEHIND` calls, its further deletions do not wait. */
const CALM_WAIT_MAX_MS = 250;
const BEHIND = 20_000;
/** Pause between two steps, so that browsers keep up with the changes sent to them. */
const PAUSE_MS = 20;
/** Target duration of a step, because a step blocks the event loop. */
const TURN_MS = 8;
/** How long each round of the removal deletes rows, even if new clears keep arriving. */
const SLICE_MS = 1_000;
/** No further round begins after this time, so that clears cannot hold up the other tasks. */
const ROUNDS_MS = 5_000;
/** How long the other tasks then run, even if a new clear is waiting. */
const TASKS_MS = 1_000;
/** Unused pages that stay in the file for new rows: 1 MB. */
const SPARE_PAGES = 256;

export function createRetention(deps: RetentionDeps): Retention {
	const { database, calls, keep, onError } = deps;
	const batch = new AdaptiveBatch(32, 128, TURN_MS);
	/** At least 128: a commit waits for the disk, so a smaller one takes just as long. */
	const removalBatch = new AdaptiveBatch(128, 1_024, TURN_MS);
	const pageBatch = new AdaptiveBatch(16, 1_024, TURN_MS);
	const checkEarlyAfter = keep.calls === null ? Infinity : Math.max(CREATED_MIN, keep.calls * SHARE);
	const stop = new AbortController();
	let createdCount = 0;
	/** The number of clears, and the number at the start of the current round. */
	let [clears, seenClears] = [0, 0];
	const isCleared = (): boolean => clears !== seenClears;
	let tasksUntil = -Infinity;
	const mayContinue = (): boolean => !stop.signal.aborted && (!isCleared() || performance.now() < tasksUntil);
	let createdAt = -Infinity;
	let timer: NodeJS.Timeout | undefined;
	let running: Promise<void> | undefined;

	const pause = (ms: number): Promise<unknown> => sleep(ms, undefined, { signal: stop.signal }).catch(() => undefined);

	/**
	 * Waits for a calm moment. Returns false during a shutdown, or if a clear is waiting and the time of the other
	 * tasks is over.
	 */
	async function waitForCalm(maxWaitMs = CALM_WAIT_MAX_MS): Promise<boolean> {
		const latest = performance.now() + PAUSE_MS + maxWaitMs;
		await pause(PAUSE_MS);
		for (let ms; (ms = Math.min(createdAt + CALM_MS, latest) - performance.now()) > 0;) {
			if (stop.signal.aborted) return false;
			await pause(ms);
		}
		return mayContinue();
	}

	/**
	 * Runs one step of the removal, then pauses for twice its duration, but at most `PAUSE_MS`. Short steps
	 * therefore follow each other quickly.
	 */
	async function runStep<Done extends { removed: number }>(step: (most: number) => Promise<Done>): Promise<Done> {
		const [start, most] = [performance.now(), removalBatch.size];
		const done = await step(most);
		const took = performance.now() - start;
		if (done.removed === most) removalBatch.took(took);
		await pause(Math.min(PAUSE_MS, 2 * took));
		return done;
	}

	/**
	 * Removes cleared calls, first the running ones, so that they are hung up soon. No change is published: no list
	 * has shown these calls since the clear.
	 */
	async function removeCleared(): Promise<void> {
		const lastRound = performance.now() + ROUNDS_MS;
		do {
			seenClears = clears;
			for (let after: number | null = 0; after !== null && !stop.signal.aborted;) {
				const from: number = after;
				const step = await runStep((most) => removeRunning(database, { after: from, most, now: deps.now() }));
				if (step.removed > 0) deps.onJobs();
				after = step.after;
			}
			const sliceEnd = performance.now() + SLICE_MS;
			while (!stop.signal.aborted && (!isCleared() || performance.now() < sliceEnd))
				if ((await runStep((most) => removeCovered(database, { most, now: deps.now() }))).isLast) break;
		} while (isCleared() && !stop.signal.aborted && performance.now() < lastRound);
	}

	async function retire(): Promise<void> {
		const before = keep.days === null ? -Infinity : deps.now() - keep.days * DAY_MS;
		let position: WalkPosition = { n: 0, skipped: 0 };
		let deleted = 0;
		// Read the clock in each step: a pass may be long, and the machine may sleep meanwhile.
		while (mayContinue() && deps.isSteady()) {
			const limits: Limits = { before, calls: keep.calls, now: deps.now() };
			const { ended, n, count, isLast } = await nextCandidates(database, limits, position, batch.size);
			if (ended.length > 0) {
				if (!(await waitForCalm(deleted < BEHIND ? CALM_WAIT_MAX_MS : 0))) break;
				const start = performance.now();
				await calls.retire(ended);
				if (ended.length === batch.size) batch.took(performance.now() - start);
			} else await new Promise(setImmediate);
			deleted += ended.length;
			position = { n, skipped: position.skipped + count - ended.length };
			if (isLast) break;
		}
		if (deleted > 0) deps.onDeleted(deleted);
	}

	async function shrink(): Promise<void> {
		for (let left = 1; left > 0 && (await waitForCalm());) {
			const { size } = pageBatch;
			const start = performance.now();
			left = await database.shrink(size, SPARE_PAGES);
			if (left > 0) pageBatch.took(performance.now() - start);
		}
	}

	const isLimited = keep.days !== null || keep.calls !== null;
	/**
	 * The tasks of a pass after the removal, in order. If a clear interrupts a task, the next pass begins with the
	 * task after it, so that each task gets a turn.
	 */
	const tasks: (() => Promise<void>)[] = [
		...(isLimited ? [retire] : []),
		async () => {
			if (await waitForCalm()) await pruneTombstones(database, waitForCalm);
		},
		shrink,
	];
	let nextTask = 0;

	async function pass(): Promise<void> {
		await removeCleared();
		createdCount = 0;
		tasksUntil = performance.now() + TASKS_MS;
		for (let done = 0; done < tasks.length && mayContinue(); done++) {
			const task = tasks[nextTask]!;
			nextTask = (nextTask + 1) % tasks.length;
			await task();
		}
		if (mayContinue()) nextTask = 0;
	}

	function wake(ms: number): void {
		if (stop.signal.aborted || running) return;
		clearTimeout(timer);
		timer = setTimeout(() => {
			running = pass()
				.catch(onError)
				.then(() => {
					running = undefined;
					wake(isCleared() || createdCount >= checkEarlyAfter ? 0 : EVERY_MS);
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
			createdCount += count;
			if (createdCount >= checkEarlyAfter && createdCount - count < checkEarlyAfter) wake(0);
		},
		async close() {
			stop.abort();
			clearTimeout(timer);
			await running;
		},
	};
}
