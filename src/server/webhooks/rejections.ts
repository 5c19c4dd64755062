import { v4 } from 'uuid';
import type { Database } from '#db/database.ts';

/** Webhooks that were refused: counted, and the last ones kept. Nothing of them is believed or shown on a timeline. */
export interface Rejections {
	/** `webhookId` is what the stranger said, cut short. */
	note(reason: string, webhookId: string | undefined): Promise<void>;
	count(): Promise<number>;
}

const KEPT = 1_000;
const TEXT_MAX = 200;
const INSERT = 'INSERT INTO "Rejection" ("id", "at", "reason", "webhookId") VALUES (?, ?, ?, ?)';
/** By the order of arrival where many came at once. */
const PRUNE = `DELETE FROM "Rejection" WHERE rowid IN
	(SELECT rowid FROM "Rejection" ORDER BY "at" DESC, rowid DESC LIMIT -1 OFFSET ${KEPT})`;
const COUNT = `INSERT INTO "Kept" ("name", "value") VALUES ('rejections', '1')
	ON CONFLICT ("name") DO UPDATE SET "value" = CAST(CAST("value" AS INTEGER) + 1 AS TEXT)`;

export function createRejections(database: Database, now: () => number): Rejections {
	return {
		async note(reason, webhookId) {
			const row = [v4(), now(), reason.slice(0, TEXT_MAX), webhookId?.slice(0, TEXT_MAX) ?? null] as const;
			await database.transact([], () => ({ result: undefined, statements: [[INSERT, ...row], [PRUNE], [COUNT]] }));
		},
		async count() {
			const [row] = await database.all(`SELECT "value" FROM "Kept" WHERE "name" = 'rejections'`);
			return Number(row?.value ?? 0);
		},
	};
}
