import { accessSync, closeSync, constants, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import Sqlite from 'libsql';
import { CannotOpen } from './database.ts';
import { reasonForeign, migrationsIn, READ_APPLIED, READ_TABLES } from './lineage.ts';

const MAGIC = 'SQLite format 3\0';
const { R_OK, W_OK, X_OK } = constants;
/** Suffixes of the files beside a database. */
const BESIDE = ['-wal', '-shm', '.lock', '.life'];

/**
 * Creates the folder of a database file. Throws `CannotOpen`, with a fix, if the file cannot be a database that this
 * user can write. Never writes to an existing file.
 */
export function assertUsable(path: string): void {
	try {
		mkdirSync(dirname(path), { recursive: true });
		const why = reasonNotDatabase(path);
		if (why !== null) throw new CannotOpen(why);
		for (const part of ['', ...BESIDE]) assertReadableAndWritable(`${path}${part}`);
		accessSync(dirname(path), R_OK | W_OK | X_OK);
	} catch (error) {
		if (error instanceof CannotOpen) throw error;
		const reason = error instanceof Error ? error.message : String(error);
		throw new CannotOpen(`${reason}; this user must be able to write the file and its folder`, { cause: error });
	}
}

/** Throws if the file exists and this user may not read or write it. */
function assertReadableAndWritable(path: string): void {
	if (statSync(path, { throwIfNoEntry: false }) !== undefined) accessSync(path, R_OK | W_OK);
}

function reasonNotDatabase(path: string): string | null {
	const stats = statSync(path, { throwIfNoEntry: false });
	if (stats === undefined) return null;
	if (stats.isDirectory()) return 'it is a folder; name a file in it';
	if (!stats.isFile()) return 'it is a device, a pipe or a socket; name a file';
	if (stats.nlink > 1)
		return `it has ${stats.nlink} names (hard links), and a journal belongs to one of them; delete the others, or copy the file`;
	if (stats.size > 0 && headOf(path) !== MAGIC)
		return 'it is no SQLite database, or an encrypted one; name another file';
	return null;
}

function headOf(path: string): string {
	const file = openSync(path, 'r');
	try {
		const head = Buffer.alloc(MAGIC.length);
		return head.toString('latin1', 0, readSync(file, head));
	} finally {
		closeSync(file);
	}
}

/**
 * Throws `CannotOpen` if the file is the database of another program or of a newer version. Leaves no trace:
 * without a journal the connection takes no lock, and with a journal the connection is read-only.
 */
export function assertOurs(path: string, migrations: string): void {
	const size = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
	if (size(path) === 0) return;
	const sqlite = new Sqlite(`${pathToFileURL(path).href}?${size(`${path}-wal`) > 0 ? 'mode=ro' : 'immutable=1'}`);
	try {
		const names = (sql: string): string[] => (sqlite.prepare(sql).raw(true).all() as [string][]).map(([name]) => name);
		const tables = names(READ_TABLES);
		const applied = tables.includes('_prisma_migrations') ? names(READ_APPLIED) : [];
		const why = reasonForeign(tables, applied, migrationsIn(migrations));
		if (why !== null) throw new CannotOpen(why);
	} catch (error) {
		if (error instanceof CannotOpen) throw error;
		const reason = error instanceof Error ? error.message : String(error);
		throw new CannotOpen(`${reason}; name another file, or restore this one from a copy`, { cause: error });
	} finally {
		sqlite.close();
	}
}
