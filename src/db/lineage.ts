import { readdirSync } from 'node:fs';

/** Selects the tables and views of a database, except those of SQLite and libSQL. */
export const READ_TABLES = `SELECT "name" FROM sqlite_master WHERE "type" IN ('table', 'view')
	AND "name" NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND "name" NOT LIKE 'libsql\\_%' ESCAPE '\\' ORDER BY "name"`;
export const READ_APPLIED = 'SELECT "migration_name" FROM "_prisma_migrations" WHERE "rolled_back_at" IS NULL';

/** Returns the names of the migrations in a folder, in order. */
export function migrationsIn(folder: string): string[] {
	return readdirSync(folder, { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.map((entry) => entry.name)
		.sort();
}

/**
 * Returns why a program that knows the migrations `known` must not migrate a database with these tables and applied
 * migrations: the database belongs to another program or a newer version. Returns null if the database is empty or
 * this program's own.
 */
export function reasonForeign(
	tables: readonly string[],
	applied: readonly string[],
	known: readonly string[],
): string | null {
	const unknown = applied.filter((name) => !known.includes(name));
	const isOurs = unknown.length < applied.length;
	if (isOurs && unknown.length > 0)
		return `a newer version has used it: its migration ${JSON.stringify(unknown.at(-1))} is unknown here; start that version, or name another file`;
	const others = tables.filter((name) => !name.startsWith('_'));
	if (!isOurs && (others.length > 0 || unknown.length > 0))
		return `it is the database of another program, with ${named(others)}; name another file`;
	return null;
}

function named(tables: readonly string[]): string {
	const [first, ...more] = tables;
	if (first === undefined) return 'migrations of its own';
	return `the table ${JSON.stringify(first)}${more.length === 0 ? '' : ` and ${more.length} more`}`;
}
