/** What a worker needs of the table that holds its rows. A row is claimable when it is due and nobody's lease holds it. */
export interface QueueStore<Row extends Claimed> {
	/** Leases up to `limit` due rows until `until`, counting an attempt for each. */
	claim(now: number, limit: number, lease: string, until: number): Promise<Row[]>;
	/** Prolongs a lease, where it is still held. */
	renew(id: string, lease: string, until: number): Promise<void>;
	/** When the next row becomes claimable (due, or its lease ends), or null when there is none. */
	nextDue(): Promise<number | null>;
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
	/** Takes no new rows and resolves when those under way are settled. */
	close(): Promise<void>;
}

/** The longest sleep: a safety net for clocks that jump. */
const SLEEP_MAX_MS = 5_000;

/** Runs due rows, several at once, and sleeps until the next one is due. */
export function createWorker<Row extends Claimed>({
	store,
	run,
	onError,
	now,
	newLease,
	concurrency = 32,
	leaseMs = 10_000,
}: WorkerDeps<Row>): Worker {
	const underWay = new Set<Promise<void>>();
	let timer: NodeJS.Timeout | undefined;
	let looking: Promise<void> | undefined;
	let lookAgain = false;
	let closed = false;

	async function work(row: Row): Promise<void> {
		const renewal = setInterval(() => {
			store.renew(row.id, row.lease, now() + leaseMs).catch(onError);
		}, leaseMs / 3);
		try {
			await run(row);
		} catch (error) {
			onError(error);
		} finally {
			clearInterval(renewal);
		}
	}

	/** Claims until every hand is full or nothing is due; answers how long to sleep. */
	async function look(): Promise<number> {
		while (!closed && underWay.size < concurrency) {
			const limit = concurrency - underWay.size;
			const rows = await store.claim(now(), limit, newLease(), now() + leaseMs);
			for (const row of rows) {
				const task = work(row).finally(() => {
					underWay.delete(task);
					wake();
				});
				underWay.add(task);
			}
			if (rows.length < limit) {
				const due = await store.nextDue();
				return due === null ? SLEEP_MAX_MS : Math.min(SLEEP_MAX_MS, Math.max(0, due - now()));
			}
		}
		return SLEEP_MAX_MS; // whoever finishes wakes us
	}

	async function lookUntilAsleep(): Promise<void> {
		clearTimeout(timer);
		let sleepMs = SLEEP_MAX_MS;
		do {
			lookAgain = false;
			try {
				sleepMs = await look();
			} catch (error) {
				onError(error);
				sleepMs = 1_000;
			}
		} while (lookAgain && !closed);
		if (!closed) timer = setTimeout(wake, sleepMs);
	}

	function wake(): void {
		if (closed) return;
		if (looking) {
			lookAgain = true;
			return;
		}
		looking = lookUntilAsleep().finally(() => {
			looking = undefined;
			if (lookAgain) wake();
		});
	}

	wake();
	return {
		wake,
		async close() {
			closed = true;
			clearTimeout(timer);
			await looking;
			await Promise.all(underWay);
		},
	};
}
