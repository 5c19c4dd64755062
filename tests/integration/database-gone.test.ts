import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CallPage } from '#contract';
import { createLog } from '#server/log.ts';
import { startApp, temporaryFolder, type TestApp } from '#tests/support/app.ts';
import { fetchJson, environment, request, startServer } from '#tests/support/process.ts';

interface Running {
	app: TestApp;
	/** The database's folder, which contains nothing else. */
	folder: string;
	path: string;
	/** The messages of the logged errors. */
	errors: string[];
}

async function start(): Promise<Running> {
	const folder = join(await temporaryFolder(), 'data');
	const path = join(folder, 'audena.db');
	const errors: string[] = [];
	const log = createLog('error', { write: (line) => void errors.push((JSON.parse(line) as { msg: string }).msg) });
	const app = await startApp({ DATABASE_URL: `file:${path}` }, { log });
	return { app, folder, path, errors };
}

const CALL = { customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SALES' };
const REFUSED = [503, 'database_unavailable'];

/** Returns the status of a create, and the problem's code if it was refused. */
async function create(app: TestApp): Promise<[status: number, code: string | undefined]> {
	const { status, body } = await app.api<{ code?: string }>('POST', '/api/calls', CALL);
	return [status, body.code];
}

const ACCIDENTS: [what: string, happen: (running: Running) => Promise<void>, line: RegExp][] = [
	['the file is deleted', ({ path }) => unlink(path), /was deleted or moved/],
	['the file is renamed', ({ path }) => rename(path, `${path}.old`), /was deleted or moved/],
	// The files are deleted before the folder, so the server may report the deleted file.
	['the folder is deleted', ({ folder }) => rm(folder, { recursive: true }), /was deleted/],
	['the folder is renamed', ({ folder }) => rename(folder, `${folder}.old`), /was deleted or moved/],
	[
		'a copy replaces the file',
		async ({ path }) => {
			await copyFile(path, `${path}.copy`);
			await rename(`${path}.copy`, path);
		},
		/Another file has replaced/,
	],
	[
		'a folder replaces the file',
		async ({ path }) => {
			await unlink(path);
			await mkdir(path);
		},
		/was deleted or moved|Another file has replaced/,
	],
	['the file is emptied', ({ path }) => truncate(path), /was emptied/],
	['the journal is deleted', ({ path }) => unlink(`${path}-wal`), /journal .* was deleted/],
	['the lock file is deleted', ({ path }) => unlink(`${path}.lock`), /lock file .* was deleted/],
];

describe('the database file of a running server', () => {
	it.each(ACCIDENTS)(
		'[DB21] %s: writes are 503, /readyz is 503, and one line says why and what to do',
		async (_what, happen, line) => {
			const running = await start();
			const { app, errors, path } = running;
			expect(await create(app)).toEqual([201, undefined]);
			await happen(running);
			const attempts = await Promise.all(Array.from({ length: 20 }, () => create(app)));
			expect(attempts).toEqual(attempts.map(() => REFUSED));
			expect(await create(app)).toEqual(REFUSED);
			expect((await app.api('GET', '/readyz')).status).toBe(503);
			expect((await app.api('GET', '/healthz')).status).toBe(200);
			await app.close();
			expect(errors).toEqual([expect.stringMatching(line)]);
			expect(errors[0]).toContain(path);
			expect(errors[0]).toMatch(/restart the server\.$/);
		},
	);

	it('[DB22] the server writes to the same file again after it was put back', async () => {
		const { app, path, errors } = await start();
		const before = await app.create();
		await rename(path, `${path}.away`);
		expect(await create(app)).toEqual(REFUSED);
		await rename(`${path}.away`, path);
		const after = await app.create();
		await expect.poll(async () => (await app.api('GET', '/readyz')).status).toBe(200);
		expect((await app.list()).calls.map(({ id }) => id).toSorted()).toEqual([before.id, after.id].toSorted());
		expect(errors).toHaveLength(1);
	});

	it('[DB22] the server creates nothing at the path, and leaves a replacement as it is', async () => {
		const deleted = await start();
		await unlink(deleted.path);
		expect(await create(deleted.app)).toEqual(REFUSED);
		await deleted.app.close();
		expect(existsSync(deleted.path)).toBe(false);

		const replaced = await start();
		for (const path of [replaced.path, `${replaced.path}-wal`]) {
			await writeFile(`${path}.new`, 'precious');
			await rename(`${path}.new`, path);
		}
		expect(await create(replaced.app)).toEqual(REFUSED);
		await replaced.app.close();
		for (const path of [replaced.path, `${replaced.path}-wal`]) expect(await readFile(path, 'utf8')).toBe('precious');
	});

	it(
		'[DB23] writes that were acknowledged before the journal was deleted are in the file, even after a kill',
		{ timeout: 120_000 },
		async () => {
			const env = await environment();
			const path = env.DATABASE_URL!.slice('file:'.length);
			const server = await startServer(env);
			const url = await server.url;
			const calls = await Promise.all(Array.from({ length: 20 }, () => request(url)));
			await unlink(`${path}-wal`);
			const response = await fetch(`${url}/api/calls`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(CALL),
			});
			expect(response.status).toBe(503);
			await server.kill('SIGKILL');
			const again = await (await startServer(env)).url;
			const listed = (await fetchJson<CallPage>(again, '/api/calls?limit=200')).calls;
			expect(listed.map(({ id }) => id).toSorted()).toEqual(calls.map(({ id }) => id).toSorted());
		},
	);
});
