import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '#tests/support/app.ts';
import { migratedDatabase, openTestDatabase } from '#tests/support/database.ts';
import type { Database } from './database.ts';
import { migrate, migrationsFrom } from './migrate.ts';

const FOLDER = migrationsFrom(import.meta.dirname);

/** Creates a migrations folder from names and their SQL. */
async function folderOf(migrations: Record<string, string>): Promise<string> {
	const folder = await temporaryFolder();
	for (const [name, sql] of Object.entries(migrations)) {
		await mkdir(join(folder, name), { recursive: true });
		await writeFile(join(folder, name, 'migration.sql'), sql);
	}
	return folder;
}

const tablesOf = async (database: Database): Promise<unknown[]> =>
	(await database.all(`SELECT "name" FROM sqlite_master WHERE "type" = 'table' ORDER BY "name"`)).map((r) => r.name);

describe('migrations', () => {
	it('[DB10] migrations are applied once, in order, and a second start applies none', async () => {
		const database = await openTestDatabase();
		const applied = await migrate(database, FOLDER);
		expect(applied).toEqual(applied.toSorted());
		expect(applied.length).toBeGreaterThan(0);
		const before = await database.all('SELECT * FROM "_prisma_migrations"');
		const [{ epoch } = { epoch: null }] = await database.all('SELECT "epoch" FROM "Feed"');
		expect(await migrate(database, FOLDER)).toEqual([]);
		expect(await database.all('SELECT * FROM "_prisma_migrations"')).toEqual(before);
		expect(await database.all('SELECT "epoch" FROM "Feed"')).toMatchObject([{ epoch }]);
	});

	it('[DB11] an applied migration that was edited stops the start', async () => {
		const database = await openTestDatabase();
		const folder = await temporaryFolder();
		await cp(FOLDER, folder, { recursive: true });
		const [name] = await migrate(database, folder);
		const file = join(folder, name!, 'migration.sql');
		await writeFile(file, `${await readFile(file, 'utf8')}\n-- edited`);
		await expect(migrate(database, folder)).rejects.toThrow(`Migration ${name!} was changed`);
	});

	it('[DB12] a migration that fails leaves nothing behind and is not recorded', async () => {
		const database = await openTestDatabase();
		const folder = await folderOf({
			'1_good': 'CREATE TABLE "One" ("a" INTEGER);',
			'2_bad': 'CREATE TABLE "Two" ("a" INTEGER);\nCREATE TABLE "One" ("a" INTEGER);',
		});
		await expect(migrate(database, folder)).rejects.toThrow(/already exists/);
		expect(await tablesOf(database)).toEqual(['One', '_prisma_migrations']);
		await writeFile(join(folder, '2_bad', 'migration.sql'), '-- mended\nCREATE TABLE "Two" ("a" INTEGER);\n');
		expect(await migrate(database, folder)).toEqual(['2_bad']);
	});

	it('[DB13] a semicolon inside a line or a comment splits no statement', async () => {
		const database = await openTestDatabase();
		const folder = await folderOf({
			'1_text': `-- first; of all\nCREATE TABLE "T" ("a" TEXT);\nINSERT INTO "T" VALUES ('x; y');\n-- the end`,
		});
		await migrate(database, folder);
		expect(await database.all('SELECT "a" FROM "T"')).toMatchObject([{ a: 'x; y' }]);
	});

	it('[DB18] a migration gives older webhooks their receiver: scheme, host and port of their address', async () => {
		const database = await openTestDatabase();
		const before = await temporaryFolder();
		await cp(FOLDER, before, { recursive: true });
		for (const name of await readdir(before))
			if (name >= '20261122210000') await rm(join(before, name), { recursive: true });
		await migrate(database, before);
		const urls = [
			...['http://localhost:4000/hooks/7?of=us', 'https://Hooks.Example.com/a/b', 'http://[::1]:8080', null],
			...['https://example.com:443/', 'http://example.com:80?a=/b', 'http://example.com:8080#x/y', 'http://a.de:443/'],
		];
		await database.all(
			`INSERT INTO "Delivery" ("id", "providerId", "callId", "sequence", "type", "url", "body", "state", "attempts", "createdAt")
				SELECT key, 'sim_1', 'a', key, 'call.ended', value, '{}', 'delivered', 1, 0 FROM json_each(?)`,
			JSON.stringify(urls),
		);
		await migrate(database, FOLDER);
		const rows = await database.all('SELECT "origin" FROM "Delivery" ORDER BY "sequence"');
		expect(rows.map(({ origin }) => origin)).toEqual(urls.map((url) => url && new URL(url).origin));
	});

	it('[DB14] each database has its own epoch', async () => {
		const epochs = await Promise.all(
			[1, 2].map(async () => {
				const database = await openTestDatabase();
				await migrate(database, FOLDER);
				return (await database.all('SELECT "epoch" FROM "Feed"'))[0]?.epoch;
			}),
		);
		expect(epochs[0]).toMatch(/^[0-9a-z]{8,32}$/);
		expect(epochs[0]).not.toBe(epochs[1]);
	});
});

/** A table as described by the schema or by the database. */
interface Table {
	columns: Record<string, { type: string; required: boolean; fallback: string | null }>;
	primaryKey: string[];
	/** Whether an index is unique, by its comma-separated columns and the condition of a partial index. */
	indexes: Record<string, boolean>;
}

const TYPES: Record<string, string> = { Int: 'INTEGER', String: 'TEXT', DateTime: 'DATETIME', Boolean: 'BOOLEAN' };

const indexName = (columns: readonly string[], where: string | undefined): string =>
	`${columns.join()}${where === undefined ? '' : ` where ${where}`}`;

/** Reads the models of a Prisma schema: scalar fields, ids, uniques and indexes. Our schema has nothing else. */
function modelsOf(schema: string): Record<string, Table> {
	const models: Record<string, Table> = {};
	for (const [, name, body] of schema.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)) {
		const table: Table = { columns: {}, primaryKey: [], indexes: {} };
		for (const line of body!.split('\n').map((text) => text.trim())) {
			if (line === '' || line.startsWith('//')) continue;
			const [, kind, list, where] =
				/^@@(id|unique|index)\(\[([\w, ]+)\](?:, where: raw\("(.*)"\))?(?:, map: "\w+")?\)$/.exec(line) ?? [];
			if (list !== undefined) {
				const names = list.split(',').map((text) => text.trim());
				if (kind === 'id') table.primaryKey = names;
				else table.indexes[indexName(names, where?.replaceAll('\\"', '"'))] = kind === 'unique';
				continue;
			}
			const [, field, type, optional, attributes] =
				/^(\w+)\s+(\w+)(\?)?((?:\s+@\w+(?:\((?:"[^"]*"|\w+)\))?)*)$/.exec(line) ?? [];
			if (field === undefined || TYPES[type!] === undefined)
				throw new Error(`This test does not understand "${line}" of ${name!}: teach it.`);
			const fallback = /@default\((?:"([^"]*)"|(\w+))\)/.exec(attributes!);
			table.columns[field] = {
				type: TYPES[type!]!,
				required: optional === undefined,
				fallback: fallback ? (fallback[2] ?? `'${fallback[1]!}'`) : null,
			};
			if (/@id\b/.test(attributes!)) table.primaryKey = [field];
			if (/@unique\b/.test(attributes!)) table.indexes[field] = true;
		}
		models[name!] = table;
	}
	return models;
}

async function tableOf(database: Database, name: string): Promise<Table> {
	const columns = await database.all(`PRAGMA table_info("${name}")`);
	const indexes = await database.all(`PRAGMA index_list("${name}")`);
	const table: Table = {
		columns: Object.fromEntries(
			columns.map((c) => [
				String(c.name),
				{
					type: String(c.type),
					required: c.notnull === 1,
					fallback: c.dflt_value === null ? null : String(c.dflt_value),
				},
			]),
		),
		primaryKey: columns
			.filter((c) => Number(c.pk) > 0)
			.toSorted((a, b) => Number(a.pk) - Number(b.pk))
			.map((c) => String(c.name)),
		indexes: {},
	};
	for (const index of indexes.filter(({ origin }) => origin !== 'pk')) {
		const parts = await database.all(`PRAGMA index_info("${String(index.name)}")`);
		const [made] = await database.all('SELECT "sql" FROM sqlite_master WHERE "name" = ?', String(index.name));
		const where = / WHERE (.+)$/.exec(String(made?.sql))?.[1];
		table.indexes[
			indexName(
				parts.map((part) => String(part.name)),
				where,
			)
		] = index.unique === 1;
	}
	return table;
}

describe('the migrated database and the Prisma schema', async () => {
	const schema = await readFile(join(dirname(FOLDER), 'schema.prisma'), 'utf8');
	const models = modelsOf(schema);

	it('[DB15] have the same tables', async () => {
		const tables = await tablesOf(await migratedDatabase());
		// The search index and its FTS5 shadow tables have no models.
		const ours = tables.filter((name) => name !== '_prisma_migrations' && !String(name).startsWith('CallSearch'));
		expect(ours).toEqual(Object.keys(models).toSorted());
		expect(Object.keys(models)).toHaveLength([...schema.matchAll(/^model /gm)].length);
	});

	it.each(Object.entries(models))('[DB16] have the same columns, keys and indexes in %s', async (name, model) => {
		expect(await tableOf(await migratedDatabase(), name)).toEqual(model);
	});
});
