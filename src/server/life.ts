import { readFile, stat, writeFile } from 'node:fs/promises';
import { v4 } from 'uuid';
import { CannotOpen, type Database } from '#db/database.ts';

/** The mark beside a database by which a restored copy gets a new epoch. */
export interface EpochMark {
	/**
	 * Rewrites the mark, so that an earlier copy gets a new epoch when restored. Call it before closing the
	 * database.
	 */
	renew(): Promise<void>;
}

const READ_MARK = `SELECT "value" FROM "Kept" WHERE "name" = 'life'`;
const STORE_MARK = `INSERT INTO "Kept" ("name", "value") VALUES ('life', ?) ON CONFLICT ("name") DO UPDATE SET "value" = excluded."value"`;
const NEW_EPOCH = `UPDATE "Feed" SET "epoch" = lower(hex(randomblob(8))) WHERE "id" = 1`;

/**
 * Gives the database a new epoch if its file is not the one last used here, but a restored copy or a file from
 * elsewhere. The seqs of such a file may name other changes than those that clients have seen.
 * The check uses a mark: a small file beside the database. Every start and every clean stop rewrites it, and the
 * database stores what the file system reports about it. No copy can restore a file's change time.
 * One case goes undetected: a copy of the database without the mark, made during a run that was later killed, and
 * written back into the same file.
 */
export async function checkEpoch(database: Database, path: string): Promise<EpochMark> {
	const markPath = `${path}.life`;

	/**
	 * Returns the mark's content and what the file system reports about the mark and the database; null without a
	 * mark.
	 */
	async function readMark(): Promise<string | null> {
		try {
			const [{ ino, ctimeNs }, own] = [await stat(markPath, { bigint: true }), await stat(path)];
			return [await readFile(markPath, 'utf8'), ino, ctimeNs, own.ino].join(' ');
		} catch (error) {
			if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
			throw new CannotOpen(`the mark beside it, ${markPath}, cannot be read`, { cause: error });
		}
	}

	async function renew(): Promise<void> {
		// After a crash between the two writes, the mark differs from its stored value. The next start then makes a
		// new epoch, which costs clients a reload.
		await writeFile(markPath, v4(), { flush: true });
		await database.all(STORE_MARK, await readMark());
	}

	const [stored] = await database.all(READ_MARK);
	if (stored === undefined || stored.value !== (await readMark())) await database.all(NEW_EPOCH);
	await renew();
	return { renew };
}
