import { createHash } from 'node:crypto';
import {
	chmod,
	chown,
	copyFile,
	cp,
	link,
	mkdir,
	readdir,
	readFile,
	realpath,
	symlink,
	unlink,
	writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import Sqlite from 'libsql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CannotOpen } from '#db/database.ts';
import { migrate, migrationsFrom } from '#db/migrate.ts';
import { openAlone, openDatabase, openOurs } from '#db/open.ts';
import { own } from '#db/ownership.ts';
import { startApp, temporaryFolder } from '#tests/support/app.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import { environment, startProcess } from '#tests/support/process.ts';

const MIGRATIONS = migrationsFrom(import.meta.dirname);
const at = (path: string): { url: string; authToken: undefined } => ({ url: `file:${path}`, authToken: undefined });

/** Opens a database file as a server does. Returns 'opened', or the message if opening fails. */
async function refusalOf(path: string): Promise<string> {
	try {
		const { database, release } = await openAlone(at(path), MIGRATIONS, 0);
		onTestFinished(() => {
			database.close();
			release?.();
		});
		return 'opened';
	} catch (error) {
		if (error instanceof CannotOpen) return error.message;
		throw error;
	}
}

/** Returns every file in a folder with a digest of its contents. */
async function contentsOf(folder: string): Promise<Record<string, string>> {
	const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile());
	const digest = async (name: string): Promise<[string, string]> => [
		name,
		createHash('sha256')
			.update(await readFile(join(folder, name)))
			.digest('hex'),
	];
	return Object.fromEntries(await Promise.all(names.map(({ name }) => digest(name))));
}

/** Creates a database file, runs these statements in it and closes it. Returns its path. */
async function databaseWith(...statements: string[]): Promise<string> {
	const path = join(await temporaryFolder(), 'other.db');
	const sqlite = new Sqlite(path);
	for (const statement of statements) sqlite.exec(statement);
	sqlite.close();
	return path;
}

const USERS = 'CREATE TABLE "users" ("id" INTEGER)';
const PRISMA = `CREATE TABLE "_prisma_migrations" ("migration_name" TEXT, "rolled_back_at" DATETIME)`;

describe('one server for one file', () => {
	it.each<[what: string, other: (path: string, folder: string) => Promise<string>]>([
		[
			'a symbolic link',
			async (path, folder) => {
				await symlink(path, join(folder, 'link.db'));
				return join(folder, 'link.db');
			},
		],
		[
			'a symbolic link to its folder',
			async (path, folder) => {
				await symlink(join(path, '..'), join(folder, 'linked'));
				return join(folder, 'linked', 'audena.db');
			},
		],
		[
			'a chain of relative links',
			async (path, folder) => {
				await symlink(relative(folder, path), join(folder, 'one.db'));
				await symlink('one.db', join(folder, 'two.db'));
				return join(folder, 'two.db');
			},
		],
		['a way around', (path) => Promise.resolve(`${join(path, '..')}/../${path.split('/').at(-2)}/./audena.db`)],
		['a relative path', (path) => Promise.resolve(relative(process.cwd(), path))],
		['a file:// address', (path) => Promise.resolve(`//${path}`)],
	])('[DB24] a second server is refused under %s', async (_what, other) => {
		const app = await startApp();
		const path = app.env.DATABASE_URL!.slice('file:'.length);
		expect(await refusalOf(await other(path, await temporaryFolder()))).toMatch(/^another server uses it/);
		await app.close();
	});

	it('[DB24] a second server is refused under a link that is older than the file, with one lock, journal and mark', async () => {
		const folder = await temporaryFolder();
		await mkdir(join(folder, 'data'));
		await symlink('data/audena.db', join(folder, 'link.db'));
		const app = await startApp({ DATABASE_URL: `file:${join(folder, 'link.db')}` });
		await app.create();
		expect(await readdir(folder)).toEqual(['data', 'link.db']);
		expect(await readdir(join(folder, 'data'))).toEqual(
			expect.arrayContaining(['audena.db', 'audena.db-wal', 'audena.db.life', 'audena.db.lock']),
		);
		expect(await refusalOf(join(folder, 'data', 'audena.db'))).toMatch(/^another server uses it/);
	});

	it('[DB24] a hard link is refused, because a journal belongs to one name', async () => {
		const app = await startApp();
		const path = app.env.DATABASE_URL!.slice('file:'.length);
		const other = join(await temporaryFolder(), 'hard.db');
		await link(path, other);
		expect(await refusalOf(other)).toMatch(/^it has 2 names \(hard links\).*delete the others, or copy the file$/);
		await app.close();
		expect(await refusalOf(path)).toMatch(/^it has 2 names/);
		await unlink(other);
		expect(await refusalOf(path)).toBe('opened');
	});

	it.each(['.life', '.lock', '-wal', '-shm'])('[DB24] a hard link is refused if its name ends in %s', async (end) => {
		const folder = await temporaryFolder();
		const [path, other] = [join(folder, `a${end}`), join(folder, `b${end}`)];
		await writeFile(path, '');
		await link(path, other);
		for (const name of [path, other]) expect(await refusalOf(name)).toMatch(/^it has 2 names/);
		await unlink(other);
		expect(await refusalOf(path)).toBe('opened');
	});

	it('[DB24] a waiting server opens the file that it owns, even if a link changes meanwhile', async () => {
		const folder = await temporaryFolder();
		const [first, second, name] = [join(folder, 'first.db'), join(folder, 'second.db'), join(folder, 'link.db')];
		await symlink(first, name);
		const leave = await own(first, 0);
		const opening = openAlone(at(name), MIGRATIONS, 20_000);
		await unlink(name);
		await symlink(second, name);
		leave();
		const { database, release } = await opening;
		onTestFinished(() => {
			database.close();
			release?.();
		});
		expect(database.file).toBe(await realpath(first));
		expect(await refusalOf(first)).toMatch(/^another server uses it/);
		expect(await refusalOf(second)).toBe('opened');
	});

	it('[DB24] links in a circle are refused with one line', async () => {
		const folder = await temporaryFolder();
		await symlink('b.db', join(folder, 'a.db'));
		await symlink('a.db', join(folder, 'b.db'));
		expect(await refusalOf(join(folder, 'a.db'))).toMatch(/^ELOOP.*symbolic links/);
	});
});

describe('a file that may not be a database of this version', () => {
	it.each<[what: string, make: () => Promise<string>, why: RegExp]>([
		[
			'another program’s',
			() => databaseWith(USERS),
			/database of another program, with the table "users"; name another/,
		],
		[
			'another program’s in WAL mode',
			() => databaseWith('PRAGMA journal_mode = WAL', USERS, 'CREATE VIEW "v" AS SELECT 1'),
			/another program, with the table "users" and 1 more/,
		],
		[
			'another Prisma program’s',
			() => databaseWith(USERS, PRISMA, `INSERT INTO "_prisma_migrations" VALUES ('20200101000000_init', NULL)`),
			/another program, with the table "users"/,
		],
		['that of a program with a line break in a name', () => databaseWith('CREATE TABLE "a\nb" ("c")'), /"a\\nb"/],
		[
			'a newer version’s',
			() =>
				databaseWith(
					...[USERS, PRISMA],
					`INSERT INTO "_prisma_migrations" VALUES ('20261122000000_main_flow', NULL), ('29990101000000_next', NULL)`,
				),
			/a newer version has used it: its migration "29990101000000_next" is unknown here; start that version/,
		],
		[
			'a text',
			async () => {
				const path = join(await temporaryFolder(), 'notes.txt');
				await writeFile(path, 'no database');
				return path;
			},
			/no SQLite database, or an encrypted one; name another file/,
		],
		[
			'an SQLite header before garbage',
			async () => {
				const path = join(await temporaryFolder(), 'garbage.db');
				await writeFile(path, Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(9_000, 7)]));
				return path;
			},
			/not a database|malformed/,
		],
	])('[DB25] %s is refused, and its bytes do not change', async (_what, make, why) => {
		const path = await make();
		const before = await contentsOf(join(path, '..'));
		expect(await refusalOf(path)).toMatch(why);
		expect(await refusalOf(path)).not.toContain('\n');
		expect(() => openOurs(at(path), MIGRATIONS)).toThrow(why);
		expect(await contentsOf(join(path, '..'))).toEqual(before);
	});

	it('[DB25] a refused database whose tables are still in its journal is read without a change', async () => {
		const path = join(await temporaryFolder(), 'busy.db');
		const other = new Sqlite(path);
		onTestFinished(() => void other.close());
		for (const statement of ['PRAGMA journal_mode = WAL', USERS]) other.exec(statement);
		const copies = await temporaryFolder();
		for (const part of ['', '-wal']) await copyFile(`${path}${part}`, join(copies, `busy.db${part}`));
		const before = await contentsOf(copies);
		expect(await refusalOf(join(copies, 'busy.db'))).toMatch(/another program, with the table "users"/);
		expect(await contentsOf(copies)).toMatchObject(before);
	});

	it('[DB25] a folder, a pipe, a socket and a device are refused', async () => {
		const folder = await temporaryFolder();
		const server = createServer();
		await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve));
		onTestFinished(() => void server.close());
		expect(await refusalOf(folder)).toBe('it is a folder; name a file in it');
		for (const path of [join(folder, 'socket'), '/dev/null']) expect(await refusalOf(path)).toMatch(/^it is a device/);
	});

	it('[DB25] an empty file, an empty database and an older database of this product are opened', async () => {
		const folder = await temporaryFolder();
		await writeFile(join(folder, 'empty.db'), '');
		expect(await refusalOf(join(folder, 'empty.db'))).toBe('opened');
		expect(await refusalOf(await databaseWith('PRAGMA user_version = 1'))).toBe('opened');
		const ours = await migratedDatabase();
		expect(await refusalOf(ours.file!)).toBe('opened');
	});

	it('[DB25] a database that a newer version migrates during the start is refused', async () => {
		const older = await temporaryFolder();
		await cp(MIGRATIONS, older, { recursive: true });
		await mkdir(join(older, '29990101000000_next'));
		await writeFile(join(older, '29990101000000_next', 'migration.sql'), 'CREATE TABLE "Next" ("a" INTEGER);');
		const database = openDatabase(at(join(await temporaryFolder(), 'new.db')));
		onTestFinished(() => database.close());
		await migrate(database, older);
		await expect(migrate(database, MIGRATIONS)).rejects.toThrow(/newer version .*"29990101000000_next"/);
	});
});

describe('permissions', () => {
	const NOBODY = 65_534;

	it(
		'[DB26] a file, a folder or a journal that this user may not write stops the start with one line',
		{ timeout: 120_000 },
		async () => {
			const isRoot = process.getuid?.() === 0;
			const giveTo = async (path: string): Promise<void> => {
				if (isRoot) await chown(path, NOBODY, NOBODY);
			};
			const database = await migratedDatabase();
			database.close();
			/** Creates a folder with a database. `part` is read-only: a file in it, or the folder itself if empty. */
			const withReadOnly = async (part: string): Promise<string> => {
				const folder = await temporaryFolder();
				const path = join(folder, 'audena.db');
				await copyFile(database.file!, path);
				await writeFile(`${path}-wal`, '');
				for (const name of ['audena.db', 'audena.db-wal', '']) await giveTo(join(folder, name));
				await chmod(join(folder, part), part === '' ? 0o500 : 0o400);
				onTestFinished(() => chmod(folder, 0o700));
				return path;
			};
			const refusals = ['', 'audena.db', 'audena.db-wal'].map(async (part) => {
				const path = await withReadOnly(part);
				const before = await contentsOf(join(path, '..'));
				const env = await environment({ DATABASE_URL: `file:${path}` });
				const { exit } = await startProcess('tests/support/serve-unprivileged.ts', env, '/');
				const { code, stdout, stderr } = await exit;
				expect([code, stdout]).toEqual([1, '']);
				expect(stderr.trimEnd().split('\n')).toHaveLength(1);
				expect(await contentsOf(join(path, '..'))).toEqual(before);
				return stderr;
			});
			for (const line of await Promise.all(refusals))
				expect(line).toMatch(
					/^DATABASE_URL: "file:.*" cannot be opened \(EACCES: .*; this user must be able to write the file and its folder\)\. Allowed: /,
				);
		},
	);
});
