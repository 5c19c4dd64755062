import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Call, CallPage, Stats } from '#contract';
import { temporaryFolder } from '#tests/support/app.ts';
import { openTestDatabase } from '#tests/support/database.ts';
import { fillHistory } from '#tests/support/history.ts';
import { startServer } from '#tests/support/server-process.ts';
import { SOON } from '#tests/support/soon.ts';

const CALLS = 20_000;

/** Starts a server process on this database file. Returns the process and functions that call its REST API. */
async function serve(file: string) {
	const server = startServer(join(file, '..'), { LOG_LEVEL: 'silent', DATABASE_URL: `file:${file}` });
	onTestFinished(() => server.kill('SIGKILL'));
	const url = await server.ready;
	const ask = async <T>(path: string, method = 'GET', body?: object): Promise<T> => {
		const response = await fetch(url + path, {
			method,
			...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
		});
		return (response.status === 204 ? undefined : await response.json()) as T;
	};
	const wanted = { customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SALES' };
	return {
		server,
		ask,
		create: async (more: object = {}): Promise<string> =>
			(await ask<{ call: Call }>('/api/calls', 'POST', { ...wanted, ...more })).call.id,
	};
}

it(
	'[CL3] a clear responds long before its rows are removed, later calls stay, and the next start continues after kill -9',
	{ timeout: 120_000 },
	async () => {
		const file = join(await temporaryFolder(), 'audena.db');
		await fillHistory(`file:${file}`, CALLS);
		const first = await serve(file);
		const database = await openTestDatabase(`file:${file}`);
		const count = async (): Promise<number> =>
			Number((await database.all('SELECT count(*) AS "count" FROM "Call"'))[0]?.count);
		const marks = () => database.all('SELECT "run" FROM "Clearing"');

		const ringing = await first.create({ scenario: { outcome: 'completed', delayMs: 3_600_000 } });
		const providerId = async () => (await first.ask<{ call: Call }>(`/api/calls/${ringing}`)).call.providerId;
		await expect.poll(providerId, SOON).not.toBeNull();
		const atProvider = `/api/provider/calls/${await providerId()}`;

		await first.ask('/api/calls', 'DELETE');
		const kept: string[] = [];
		for (let i = 0; i < 3; i++) kept.unshift(await first.create());
		expect(await count()).toBeGreaterThan(CALLS / 2);
		expect((await first.ask<CallPage>('/api/calls')).calls.map(({ id }) => id)).toEqual(kept);
		await expect.poll(count, { ...SOON, interval: 5 }).toBeLessThan(CALLS - 500);
		first.server.kill('SIGKILL');
		await first.server.ended;
		expect(await count()).toBeGreaterThan(kept.length);
		expect(await marks()).toEqual([{ run: '' }]);

		const second = await serve(file);
		kept.unshift(await second.create());
		expect((await second.ask<CallPage>('/api/calls')).calls.map(({ id }) => id)).toEqual(kept);
		const { byStatus } = await second.ask<Stats>('/api/stats');
		expect(byStatus.PENDING + byStatus.COMPLETED + byStatus.FAILED).toBe(kept.length);
		await expect.poll(marks, { timeout: 60_000 }).toEqual([]);
		const ids = await database.all('SELECT "id" FROM "Call" ORDER BY "n" DESC');
		expect(ids.map(({ id }) => id)).toEqual(kept);
		expect(await database.all(`SELECT 1 FROM "Event" WHERE "callId" = ?`, ringing)).toEqual([]);
		const hungUp = async () => (await second.ask<{ call: { state: string } }>(atProvider)).call.state;
		await expect.poll(hungUp, SOON).toBe('canceled');
	},
);
