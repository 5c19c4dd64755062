import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Stats } from '#contract';
import { startApp, temporaryFolder } from '#tests/support/app.ts';
import { openTestDatabase } from '#tests/support/database.ts';
import { startProcess, type Exit } from '#tests/support/process.ts';
import { openFollowingTab } from '#tests/support/tab.ts';

async function runSeed(args: readonly string[], env: Record<string, string>): Promise<Exit> {
	return (await startProcess('scripts/seed.ts', env, undefined, args)).exit;
}

const newFile = async (): Promise<string> => `file:${join(await temporaryFolder(), 'new', 'audena.db')}`;

/** Expects one line on standard error, no other output, and exit code 1. */
function expectRefusal({ code, stderr, stdout }: Exit, why: RegExp): void {
	expect(stderr.trimEnd()).toMatch(why);
	expect(stderr.trimEnd().split('\n')).toHaveLength(1);
	expect([code, stdout]).toEqual([1, '']);
}

describe('npm run seed', () => {
	it('[SD8] makes a history that a server lists and continues, and its tabs follow', async () => {
		const url = await newFile();
		const { code, stdout, stderr } = await runSeed(['--calls', '500'], { DATABASE_URL: url });
		expect([code, stderr]).toEqual([0, '']);
		expect(stdout).toMatch(/^Wrote 500 calls with \d+ events .*Deliveries are not seeded\.\n$/);

		const app = await startApp({ DATABASE_URL: url });
		const seen = new Set<string>();
		let page = await app.list('?limit=200');
		const { cursor } = page;
		for (; ; page = await app.list(`?limit=200&page=${page.nextPage}`)) {
			for (const { id, status } of page.calls) {
				expect(status).not.toBe('PENDING');
				seen.add(id);
			}
			if (page.nextPage === null) break;
		}
		expect(seen.size).toBe(500);
		const { events } = await app.timeline([...seen][7]!);
		expect(events[0]!.type).toBe('created');

		const tab = await openFollowingTab(app);
		const call = await app.create({ scenario: 'completed' });
		expect(call.seq).toBeGreaterThan(Number(cursor.split('.')[1]));
		await tab.until(() => tab.changes().some((change) => 'call' in change && change.call.status === 'COMPLETED'));
		expect((await app.list('?limit=1')).calls[0]!.id).toBe(call.id);
	});

	it('[CO5] leaves calls that the server counts at its start if it was interrupted', async () => {
		const url = await newFile();
		await runSeed(['--calls', '300'], { DATABASE_URL: url });
		const database = await openTestDatabase(url);
		const kept = await database.all('SELECT * FROM "Tally"');
		// As after an interrupted seeding, which counts its calls only at the end.
		for (const table of ['Tally', 'Minute']) await database.all(`DELETE FROM "${table}"`);
		database.close();

		const app = await startApp({ DATABASE_URL: url });
		const { byStatus } = (await app.api<Stats>('GET', '/api/stats')).body;
		expect(byStatus.COMPLETED + byStatus.FAILED).toBe(300);
		expect((await app.list('?status=FAILED&limit=200')).calls).toHaveLength(byStatus.FAILED);
		await app.close();
		expect(await (await openTestDatabase(url)).all('SELECT * FROM "Tally"')).toEqual(kept);
	});

	it('[SD9] refuses wrong flags, existing calls, a database over the network, and a file in use', async () => {
		const url = await newFile();
		expectRefusal(await runSeed([], { DATABASE_URL: url }), /^--calls is missing/);
		expect(existsSync(url.slice('file:'.length))).toBe(false); // refused before any file was created
		const network = { TURSO_DATABASE_URL: 'libsql://127.0.0.1:2' };
		expectRefusal(await runSeed(['--calls', '5'], network), /^The database cannot be filled: it is remote/);

		const app = await startApp({ DATABASE_URL: url });
		expectRefusal(await runSeed(['--calls', '5'], { DATABASE_URL: url }), /cannot be filled: another server uses it/);
		await app.create();
		await app.close();
		expectRefusal(await runSeed(['--calls', '5'], { DATABASE_URL: url }), /cannot be filled: it already has calls/);
		const database = await openTestDatabase(url);
		expect(await database.all('SELECT count(*) AS "count" FROM "Call"')).toMatchObject([{ count: 1 }]);
	});
});
