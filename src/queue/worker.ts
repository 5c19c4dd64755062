/** What a worker needs of the table that holds its rows. A row is claimable when it is due and nobody's lease holds it. */
export interface QueueStore<Row extends Claimed> {
	/** Leases up to `limit` due rows until `until`, counting an attempt for each. */
	claim(now: number, limit: number, lease: string, until: number): Promise<Row[]>;
	/** Prolongs a lease, where it is still held. */
	renew(id: string, lease: string, until: number): Promise<void>;
	/** When the next row that nobody holds is due, or null. An abandoned lease is found when the longest sleep is over. */
	nextDue(now: number): Promise<number | null>;
}

export interface Claimed {
	id: string;
	/** A result counts only under this token. */
	lease: string;
	/** This try included. */
	attempts: number;
}

export interface WorkerDeps<Row extends Claimed> {
	store: QueueStore<Row>;
	/** Does the work and settles the row (removes it, or gives it a new due time) under its lease. */
	run(row: Row): Promise<void>;
	/** A bug or an unreachable database: the row's lease runs out and it is tried again. */
	onError(error: unknown): void;
	now(): number;
	newLease(): string;
	concurrency?: number;
	leaseMs?: number;
}

export interface Worker {
	/** Something may have become due: look now. */
	wake(): void;
	/** Whether it could look at its table lately. */
	isAwake(): boolean;
	/** Takes no new rows and resolves when those under way are settled. */
	close(): Promise<void>;
}

/** How long a lease holds a row, unless it is renewed. */
export const LEASE_MS = 10_000;
/** The longest sleep: finds the rows of dead processes, and is a safety net for clocks that jump. */
const SLEEP_MAX_MS = 5_000;
const AFTER_ERROR_MS = 1_000;
/** Three of its longest sleeps without a look: something is wrong. */
const ASLEEP_MS = 3 * SLEEP_MAX_MS;

/** Runs due rows, several at once, and sleeps until the next one is due. */
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
	/** The rows under way, and when their leases end. */
	const held = new Map<Row, number>();
	let closed = false;
	let lookedAt = performance.now();
	let woken = false;
	let wakeUp: (() => void) | undefined;

	function wake(): void {
		woken = true;
		wakeUp?.();
	}

	/** Until somebody wakes us, at most `ms`. */
	async function sleep(ms: number): Promise<void> {
		if (!woken) {
			let timer: NodeJS.Timeout | undefined;
			await new Promise<void>((resolve) => {
				wakeUp = resolve;
				timer = setTimeout(resolve, ms);
			});
			clearTimeout(timer);
		}
		woken = false;
	}

	async function renew(row: Row): Promise<void> {
		const until = now() + leaseMs;
		held.set(row, until);
		await store.renew(row.id, row.lease, until);
	}

	/**
	 * A suspension or a clock that was set forward ended leases of work that is still under way. One that the clock of now
	 * cannot have given is from before it was set back, and may be brought back to a time that is over.
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

	/** Claims until every hand is full or nothing is due; answers how long to sleep. */
	async function look(): Promise<number> {
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
		return SLEEP_MAX_MS; // whoever finishes wakes us
	}

	async function workUntilClosed(): Promise<void> {
		while (!closed) {
			let sleepMs = AFTER_ERROR_MS;
			try {
				sleepMs = await look();
				lookedAt = performance.now();
			} catch (error) {
				onError(error);
			}
			await sleep(sleepMs);
		}
	}

	const working = workUntilClosed();
	return {
		wake,
		isAwake: () => performance.now() - lookedAt < ASLEEP_MS,
		async close() {
			closed = true;
			wake();
			await working;
			await Promise.all(underWay);
		},
	};
}
