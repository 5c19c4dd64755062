import { v4 } from 'uuid';
import type { Database, Statement } from '#db/database.ts';

/**
 * Rejected webhooks: all are counted, the latest are stored. None of their content is trusted or shown on a timeline.
 */
export interface Rejections {
	/**
	 * Records a rejection. `webhookId` is unverified and is cut. Writes are batched within a second, so that no
	 * unauthenticated sender can cause a disk write per request.
	 */
	record(reason: string, webhookId: string | undefined): void;
	/** Writes the recorded rejections and accepts no more. */
	close(): Promise<void>;
}

const STORED_MAX = 1_000;
const TEXT_MAX = 200;
const WITHIN_MS = 1_000;
const INSERT = `INSERT INTO "Rejection" ("id", "at", "reason", "webhookId")
	SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)`;
/** Deletes all but the latest rejections. Those with the same time are ordered by arrival. */
const PRUNE = `DELETE FROM "Rejection" WHERE rowid IN
	(SELECT rowid FROM "Rejection" ORDER BY "at" DESC, rowid DESC LIMIT -1 OFFSET ${STORED_MAX})`;
const COUNT = `INSERT INTO "Kept" ("name", "value") VALUES ('rejections', CAST(CAST(?1 AS INTEGER) AS TEXT))
	ON CONFLICT ("name") DO UPDATE SET "value" = CAST(CAST("value" AS INTEGER) + CAST(?1 AS INTEGER) AS TEXT)`;

type Rejection = [id: string, at: number, reason: string, webhookId: string | null];

export function createRejections(database: Database, now: () => number, onError: (error: unknown) => void): Rejections {
	let pending: Rejection[] = [];
	let count = 0;
	let closed = false;
	let timer: ReturnType<typeof setTimeout> | undefined;
	let writing: Promise<void> = Promise.resolve();

	function write(): void {
		timer = undefined;
		if (count === 0) return;
		const [rows, pendingCount] = [pending, count];
		[pending, count] = [[], 0];
		const statements: Statement[] = [[INSERT, JSON.stringify(rows)], [PRUNE], [COUNT, pendingCount]];
		writing = writing
			.then(() => database.transact([], () => ({ result: undefined, statements })))
			.catch((error: unknown) => {
				// Keep the rejections of the failed write for the next write.
				pending = [...rows, ...pending].slice(-STORED_MAX);
				count += pendingCount;
				onError(error);
			});
	}

	return {
		record(reason, webhookId) {
			if (closed) return;
			pending.push([v4(), now(), cut(reason), webhookId === undefined ? null : cut(webhookId)]);
			if (pending.length > STORED_MAX) pending.shift();
			count++;
			timer ??= setTimeout(write, WITHIN_MS);
		},
		async close() {
			closed = true;
			clearTimeout(timer);
			write();
			await writing;
		},
	};
}

/** Cuts untrusted text to the length of a line and replaces lone surrogates, which cannot be stored. */
const cut = (text: string): string => text.slice(0, TEXT_MAX).toWellFormed();
