import { readFile, stat, writeFile } from 'node:fs/promises';
import { v4 } from 'uuid';
import type { Database } from '#db/database.ts';

/** One life of a database, as an epoch names it. */
export interface Life {
	/** Call it before the database is closed: a copy that was made until now is another life from here on. */
	leave(): Promise<void>;
}

const READ = `SELECT "value" FROM "Kept" WHERE "name" = 'life'`;
const KEEP = `INSERT INTO "Kept" ("name", "value") VALUES ('life', ?) ON CONFLICT ("name") DO UPDATE SET "value" = excluded."value"`;
const NEW_EPOCH = `UPDATE "Feed" SET "epoch" = lower(hex(randomblob(8))) WHERE "id" = 1`;

/**
 * Gives the database a new epoch when its file is not the one that was used here last: it was put back from a copy, or
 * came from elsewhere, and its seqs may name other changes than those that clients have seen. A mark says so: a small
 * file beside the database, which every start and every clean stop writes anew, while the database keeps what the file
 * system says of it; no copy can bring back the time of a file's last change. What it cannot tell: a copy of the database
 * alone, from the very run that was killed, written back into the same file.
 */
export async function beginLife(database: Database, path: string): Promise<Life> {
	const beside = `${path}.life`;

	/** What the mark is, as far as the file system tells; null without one. */
	async function mark(): Promise<string | null> {
		try {
			const [{ ino, ctimeNs }, own] = [await stat(beside, { bigint: true }), await stat(path)];
			return [await readFile(beside, 'utf8'), ino, ctimeNs, own.ino].join(' ');
		} catch (error) {
			if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
			throw error;
		}
	}

	async function renew(): Promise<void> {
		// Between the two writes they differ: who is killed there begins a new life, which costs clients a reload.
		await writeFile(beside, v4(), { flush: true });
		await database.all(KEEP, await mark());
	}

	const [kept] = await database.all(READ);
	if (kept === undefined || kept.value !== (await mark())) await database.all(NEW_EPOCH);
	await renew();
	return { leave: renew };
}
