import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Sqlite from 'libsql';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '#tests/support/app.ts';
import { environment, startProcess, type Exit } from '#tests/support/process.ts';

const SCRIPTS: [file: string, args: readonly string[]][] = [
	['src/server/main.ts', ['--no-pages']],
	['scripts/migrate.ts', []],
	['scripts/seed.ts', ['--calls', '5']],
];

/** Runs each program that reads the environment. Returns their exits. */
const runAll = (env: Record<string, string>, folder: string): Promise<Exit[]> =>
	Promise.all(SCRIPTS.map(async ([file, args]) => (await startProcess(file, env, folder, args)).exit));

describe('every program that reads the environment', () => {
	it('[C12] reads the same .env, and a token in UTF-16 protects the server', { timeout: 120_000 }, async () => {
		const folder = await temporaryFolder();
		await writeFile(join(folder, '.env'), Buffer.from('\ufeffAPI_TOKEN=secret-token-123\r\n', 'utf16le'));
		const server = await startProcess('src/server/main.ts', await environment(), folder, ['--no-pages']);
		const url = await server.url;
		expect((await fetch(`${url}/api/calls`)).status).toBe(401);
		const headers = { authorization: 'Bearer secret-token-123' };
		expect((await fetch(`${url}/api/calls`, { headers })).status).toBe(200);
	});

	it.each<[what: string, env: Record<string, string>, dotEnv: Buffer | string, line: RegExp]>([
		['a .env in UTF-32', {}, Buffer.from([0xff, 0xfe, 0, 0, 0x41, 0, 0, 0]), /^\.env: it is UTF-32\. Allowed: /],
		[
			'a DATABASE_URL with parameters',
			{ DATABASE_URL: 'file:q.db?connection_limit=1' },
			'',
			/^DATABASE_URL: "file:q\.db\?connection_limit=1" cannot be used\. Allowed: file: and the path of a file/,
		],
	])(
		'[C12] ends with the same line for %s, and creates no file',
		{ timeout: 120_000 },
		async (_what, over, dotEnv, line) => {
			const folder = await temporaryFolder();
			await writeFile(join(folder, '.env'), dotEnv);
			for (const { code, stdout, stderr } of await runAll({ ...(await environment()), ...over }, folder)) {
				expect(stderr).toMatch(line);
				expect(stderr.trimEnd().split('\n')).toHaveLength(1);
				expect([code, stdout]).toEqual([1, '']);
			}
			expect(await readdir(folder)).toEqual(['.env']);
		},
	);

	it('[C12] leaves the database of a newer version as it is', { timeout: 120_000 }, async () => {
		const folder = await temporaryFolder();
		const env = await environment();
		const migrated = await (await startProcess('scripts/migrate.ts', env, folder)).exit;
		expect([migrated.code, migrated.stderr]).toEqual([0, '']);
		const sqlite = new Sqlite(env.DATABASE_URL!.slice('file:'.length));
		sqlite.exec(
			`INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name") VALUES ('x', 'x', '29990101000000_next')`,
		);
		sqlite.close();
		for (const { code, stdout, stderr } of await runAll(env, folder)) {
			expect(stderr).toMatch(/a newer version has used it: its migration "29990101000000_next" is unknown here/);
			expect(stderr.trimEnd().split('\n')).toHaveLength(1);
			expect([code, stdout]).toEqual([1, '']);
		}
	});
});
