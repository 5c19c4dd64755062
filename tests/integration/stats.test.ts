import { describe, expect, it } from 'vitest';
import type { Stats } from '#contract';
import { startApp } from '#tests/support/app.ts';
import { openFollowingTab, openTab } from '#tests/support/tab.ts';

const total = ({ byStatus }: Stats): number => byStatus.PENDING + byStatus.COMPLETED + byStatus.FAILED;
const ended = ({ byStatus }: Stats): number => byStatus.COMPLETED + byStatus.FAILED;

describe('the stats', () => {
	it('[R74] have the number of calls and the last hour by minutes', async () => {
		const app = await startApp();
		const tab = await openFollowingTab(app);
		const calls = await Promise.all([
			app.create(),
			app.create({ workflow: 'SALES' }),
			app.create({ scenario: 'busy' }),
		]);
		await Promise.all(calls.map(({ id }) => tab.ended(id)));
		const { status, body } = await app.api<Stats>('GET', '/api/stats');
		expect(status).toBe(200);
		expect(body.byStatus).toEqual({ PENDING: 0, COMPLETED: 2, FAILED: 1 });
		expect(body.byWorkflow).toEqual({ SUPPORT: 2, SALES: 1, REMINDER: 0 });
		const sum = (what: 'created' | 'completed' | 'failed'): number => body.perMinute.reduce((s, m) => s + m[what], 0);
		expect([sum('created'), sum('completed'), sum('failed')]).toEqual([3, 2, 1]);
		expect(body.timeToTerminalMs?.p95).toBeGreaterThan(0);
		await app.api('DELETE', '/api/calls');
		const { body: none } = await app.api<Stats>('GET', '/api/stats');
		expect([total(none), none.timeToTerminalMs]).toEqual([0, null]);
		expect((await app.api('GET', '/api/stats?run=x')).status).toBe(400);
	});

	it('[F90] are sent to a tab after its sync, and when they change', async () => {
		const app = await startApp();
		const tab = openTab(app);
		const received: { stats: Stats; synced: boolean }[] = [];
		tab.socket.on('stats', (stats) => received.push({ stats, synced: tab.syncs.length > 0 }));
		await expect.poll(() => received.length).toBe(1);
		expect(received[0]).toMatchObject({ synced: true });
		for (let i = 0; i < 20; i++) await app.create();
		await expect.poll(() => ended(received.at(-1)!.stats), { timeout: 10_000 }).toBe(20);
	});
});
