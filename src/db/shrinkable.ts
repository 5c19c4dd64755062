import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'libsql';

export interface ShrinkableDeps {
	/** The file is written anew next, which takes a while. */
	onBegin(): void;
	/** The bytes that are left where this folder is. */
	free?(folder: string): number;
}

/** All that is in use once in a temporary file and once in the log, and a little to spare. */
const ROOM = 2.1;

/**
 * Makes a file that was made without it able to shrink, by writing all of it anew; answers whether it had to. Nobody else
 * may use the file meanwhile. Throws, with the file as it was, where the disk has not twice the room that it takes.
 */
export function makeShrinkable(path: string, { onBegin, free = freeIn }: ShrinkableDeps): boolean {
	const sqlite = new Sqlite(path);
	const number = (pragma: string): number =>
		Number((sqlite.prepare(`PRAGMA ${pragma}`).raw(true).all() as [number][])[0]?.[0]);
	try {
		if (number('auto_vacuum') !== 0) return false;
		const folder = dirname(path);
		const needed = (number('page_count') - number('freelist_count')) * number('page_size') * ROOM;
		const left = free(folder);
		if (left < needed)
			throw new Error(`This takes ${megabytes(needed)} of the disk, which has ${megabytes(left)} left.`);
		onBegin();
		sqlite.exec('PRAGMA auto_vacuum = INCREMENTAL');
		// The driver keeps temporary files in memory, unless it is told: all of the database would be there.
		sqlite.exec('PRAGMA temp_store = FILE');
		// Beside the database, where the room was looked at; elsewhere it might be memory again. This holds for the process.
		sqlite.exec(`PRAGMA temp_store_directory = '${folder.replaceAll("'", "''")}'`);
		try {
			sqlite.exec('VACUUM');
		} finally {
			sqlite.exec(`PRAGMA temp_store_directory = ''`);
		}
		sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)');
		return true;
	} finally {
		sqlite.close();
	}
}

function freeIn(folder: string): number {
	const { bavail, bsize } = statfsSync(folder);
	return bavail * bsize;
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
