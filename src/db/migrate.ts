import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { existsSync } from 'node:fs';
import { v4 } from 'uuid';
import { CannotOpen, type Database } from './database.ts';
import { reasonForeign, migrationsIn, READ_APPLIED, READ_TABLES } from './lineage.ts';

/** Prisma's own table, so that its CLI recognizes the applied migrations. */
const TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
)`;

/** An applied migration was edited afterwards. */
export class MigrationChanged extends Error {
	override readonly name = 'MigrationChanged';
}

/** Returns the migrations folder, searching upward from `from`. Both the sources and the built server are below it. */
export function migrationsFrom(from: string): string {
	for (let folder = from; ; folder = dirname(folder)) {
		const candidate = join(folder, 'prisma', 'migrations');
		if (existsSync(candidate)) return candidate;
		if (folder === dirname(folder)) throw new Error(`No prisma/migrations above ${from}.`);
	}
}

/**
 * Applies the missing migrations in order, each in its own transaction, and returns their names. Throws
 * `MigrationChanged` for an applied migration that was edited: the database would no longer match its file. Throws
 * `CannotOpen`, before any write, for the database of another program or of a newer version.
 */
export async function migrate(database: Database, folder: string): Promise<string[]> {
	const applied: string[] = [];
	const known = migrationsIn(folder);
	await assertMayMigrate(database, known);
	await database.transact([], () => ({ result: undefined, statements: [[TABLE]] }));
	for (const name of known) {
		const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
		const checksum = createHash('sha256').update(sql).digest('hex');
		const isNew = await database.transact(
			[['SELECT "checksum" FROM "_prisma_migrations" WHERE "migration_name" = ? AND "rolled_back_at" IS NULL', name]],
			([rows]) => {
				const known = rows?.[0];
				if (known && known.checksum !== checksum)
					throw new MigrationChanged(`Migration ${name} was changed after it had been applied. Add a new one instead.`);
				if (known) return { result: false, statements: [] };
				const now = Date.now();
				return {
					result: true,
					statements: [
						...statementsOf(sql).map((text) => [text] as const),
						[
							'INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "started_at", "finished_at", "applied_steps_count") VALUES (?, ?, ?, ?, ?, 1)',
							v4(),
							checksum,
							name,
							now,
							now,
						],
					],
				};
			},
		);
		if (isNew) applied.push(name);
	}
	return applied;
}

async function assertMayMigrate(database: Database, known: readonly string[]): Promise<void> {
	const tables = (await database.all(READ_TABLES)).map(({ name }) => String(name));
	const applied = tables.includes('_prisma_migrations') ? await database.all(READ_APPLIED) : [];
	const names = applied.map(({ migration_name }) => String(migration_name));
	const why = reasonForeign(tables, names, known);
	if (why !== null) throw new CannotOpen(why);
}

/** Splits a migration at semicolons that end a line, which is how our migrations are written. */
function statementsOf(sql: string): string[] {
	return sql
		.split(/;[ \t]*$/m)
		.map((text) => text.replace(/^\s*--.*$/gm, '').trim())
		.filter((text) => text !== '');
}
