/**
 * What a worker needs of the table that holds its rows. A row is claimable if it is due and no valid lease holds it.
 */
export interface QueueStore<Row extends Claimed> {
	/** Leases up to `limit` due rows until `until`, and counts an attempt for each. */
	claim(now: number, limit: number, lease: string, until: number): Promise<Row[]>;
	/** Extends a lease if it is still held. */
	renew(id: string, lease: string, until: number): Promise<void>;
	/**
	 * Returns when the next row without a lease is due, or null. The worker finds abandoned leases after its longest
	 * sleep.
	 */
	nextDue(now: number): Promise<number | null>;
}

export interface Claimed {
	id: string;
	/** The lease token. A result counts only while the row still has this token. */
	lease: string;
	/** Includes the current attempt. */
	attempts: number;
}

export interface WorkerDeps<Row extends Claimed> {
	store: QueueStore<Row>;
	/** Does the work and settles the row under its lease: the row gets a new due time, or is finished and never due again. */
	run(row: Row): Promise<void>;
	/** Reports a bug or an unreachable database. The row is claimed again after its lease expires. */
	onError(error: unknown): void;
	now(): number;
	newLease(): string;
	concurrency?: number;
	leaseMs?: number;
}

export interface Worker {
	/** Makes the worker look for due rows immediately. */
	wake(): void;
	/** Whether the worker read its table recently. */
	isAwake(): boolean;
	/** Claims no more rows. Resolves when the running ones are settled. */
	close(): Promise<void>;
}

/** How long a lease holds a row unless it is renewed. */
export const LEASE_MS = 10_000;
/** The longest sleep. It bounds the delay for rows of dead processes and after clock jumps. */
const SLEEP_MAX_MS = 5_000;
const AFTER_ERROR_MS = 1_000;
/** A worker that has not read its table for this long is stuck. */
const STUCK_AFTER_MS = 3 * SLEEP_MAX_MS;

/** Starts a worker that runs due rows concurrently and sleeps until the next one is due. */
export function createWorker<Row extends Claimed>({
	store,
	run,
	onError,
	now,
	newLease,
	concurrency = 32,
	leaseMs = LEASE_MS,
}: WorkerDeps<Row>): Worker {
	const underWay = new Set<Promise<void>>();
	/** The running rows and the ends of their leases. */
	const held = new Map<Row, number>();
	let closed = false;
	let lastPollAt = performance.now();
	let isWoken = false;
	let wakeUp: (() => void) | undefined;

	function wake(): void {
		isWoken = true;
		wakeUp?.();
	}

	/** Resolves after `ms`, or earlier on a wake. */
	async function sleep(ms: number): Promise<void> {
		if (!isWoken) {
			let timer: NodeJS.Timeout | undefined;
			await new Promise<void>((resolve) => {
				wakeUp = resolve;
				timer = setTimeout(resolve, ms);
			});
			clearTimeout(timer);
		}
		isWoken = false;
	}

	async function renew(row: Row): Promise<void> {
		const until = now() + leaseMs;
		held.set(row, until);
		await store.renew(row.id, row.lease, until);
	}

	/**
	 * Renews those leases of running work that cannot be relied on, so that `claim` does not take that work again.
	 * A suspended process or a clock set forward can end a lease. A lease that ends later than the current clock
	 * can grant dates from before the clock was set back. Its end may soon be moved back into the past.
	 */
	async function renewOthers(): Promise<void> {
		for (const [row, until] of held) if (until < now() || until > now() + leaseMs) await renew(row);
	}

	async function work(row: Row, until: number): Promise<void> {
		held.set(row, until);
		const renewal = setInterval(() => void renew(row).catch(onError), leaseMs / 3);
		try {
			await run(row);
		} catch (error) {
			onError(error);
		} finally {
			clearInterval(renewal);
			held.delete(row);
		}
	}

	/** Claims rows until the concurrency limit is reached or nothing is due. Returns how long to sleep. */
	async function poll(): Promise<number> {
		while (!closed && underWay.size < concurrency) {
			const limit = concurrency - underWay.size;
			await renewOthers();
			const until = now() + leaseMs;
			const rows = await store.claim(now(), limit, newLease(), until);
			for (const row of rows) {
				const task = work(row, until).finally(() => {
					underWay.delete(task);
					wake();
				});
				underWay.add(task);
			}
			if (rows.length < limit) {
				const due = await store.nextDue(now());
				return due === null ? SLEEP_MAX_MS : Math.min(SLEEP_MAX_MS, Math.max(0, due - now()));
			}
		}
		return SLEEP_MAX_MS; // all slots are in use, and a finished row wakes the worker
	}

	async function workUntilClosed(): Promise<void> {
		while (!closed) {
			let sleepMs = AFTER_ERROR_MS;
			try {
				sleepMs = await poll();
				lastPollAt = performance.now();
			} catch (error) {
				onError(error);
			}
			await sleep(sleepMs);
		}
	}

	const loop = workUntilClosed();
	return {
		wake,
		isAwake: () => performance.now() - lastPollAt < STUCK_AFTER_MS,
		async close() {
			closed = true;
			wake();
			await loop;
			await Promise.all(underWay);
		},
	};
}
