import Sqlite from 'libsql';

/**
 * Makes a file that was made without it able to shrink, by writing all of it anew; answers whether it had to. Nobody else
 * may use the file meanwhile, and the disk needs room for it once more.
 */
export function makeShrinkable(path: string, onBegin: () => void): boolean {
	const sqlite = new Sqlite(path);
	try {
		const [mode] = sqlite.prepare('PRAGMA auto_vacuum').all() as { auto_vacuum: number }[];
		if (mode?.auto_vacuum !== 0) return false;
		onBegin();
		sqlite.exec('PRAGMA auto_vacuum = INCREMENTAL');
		sqlite.exec('VACUUM');
		sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)');
		return true;
	} finally {
		sqlite.close();
	}
}
