import { readFile, rename, stat, writeFile } from 'node:fs/promises';
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
 * came from elsewhere, and its seqs may name other changes than those that clients have seen. A mark says so, which
 * stands in the database and in a small file beside it, and which every start and every clean stop renews. What it
 * cannot tell: a copy from the very run that was killed, written back into the same file.
 */
export async function beginLife(database: Database, path: string): Promise<Life> {
	const beside = `${path}.life`;
	const identity = async (mark: string): Promise<string> => `${mark} ${(await stat(path)).ino}\n`;

	async function renew(): Promise<void> {
		const mark = v4();
		await database.all(KEEP, mark);
		// Between the two writes the marks differ: who is killed there begins a new life, which costs clients a reload.
		await writeFile(`${beside}.new`, await identity(mark), { flush: true });
		await rename(`${beside}.new`, beside);
	}

	const [kept] = await database.all(READ);
	const known = await readFile(beside, 'utf8').catch((error: unknown) => {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
		throw error;
	});
	const goesOn = kept !== undefined && known === (await identity(String(kept.value)));
	if (!goesOn) await database.all(NEW_EPOCH);
	await renew();
	return { leave: renew };
}
