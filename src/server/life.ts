import { readFile, stat, writeFile } from 'node:fs/promises';
import { v4 } from 'uuid';
import { CannotOpen, type Database } from '#db/database.ts';

/** One life of a database, as an epoch names it. */
export interface Life {
	/** Renews the mark, so that a copy made earlier counts as another life. Call it before closing the database. */
	leave(): Promise<void>;
}

const READ = `SELECT "value" FROM "Kept" WHERE "name" = 'life'`;
const KEEP = `INSERT INTO "Kept" ("name", "value") VALUES ('life', ?) ON CONFLICT ("name") DO UPDATE SET "value" = excluded."value"`;
const NEW_EPOCH = `UPDATE "Feed" SET "epoch" = lower(hex(randomblob(8))) WHERE "id" = 1`;

/**
 * Gives the database a new epoch if its file is not the one last used here, but a restored copy or a file from
 * elsewhere. The seqs of such a file may name other changes than those that clients have seen.
 * The check uses a mark: a small file beside the database. Every start and every clean stop rewrites it, and the
 * database stores what the file system reports about it. No copy can restore a file's change time.
 * One case goes undetected: a copy of the database alone, from the run that was killed, written back into the same
 * file.
 */
export async function beginLife(database: Database, path: string): Promise<Life> {
	const beside = `${path}.life`;

	/** The mark's content and what the file system reports about it. null without a mark. */
	async function mark(): Promise<string | null> {
		try {
			const [{ ino, ctimeNs }, own] = [await stat(beside, { bigint: true }), await stat(path)];
			return [await readFile(beside, 'utf8'), ino, ctimeNs, own.ino].join(' ');
		} catch (error) {
			if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
			throw new CannotOpen(`the mark beside it, ${beside}, cannot be read`, { cause: error });
		}
	}

	async function renew(): Promise<void> {
		// A crash between the two writes leaves them different. The next start then begins a new life, which costs
		// clients a reload.
		await writeFile(beside, v4(), { flush: true });
		await database.all(KEEP, await mark());
	}

	const [kept] = await database.all(READ);
	if (kept === undefined || kept.value !== (await mark())) await database.all(NEW_EPOCH);
	await renew();
	return { leave: renew };
}
