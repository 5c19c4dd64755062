import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { migratedDatabase } from '#tests/support/database.ts';
import { createRejections } from './rejections.ts';

const fail = (error: unknown): never => {
	throw error;
};

describe('rejected webhooks', () => {
	beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
	afterEach(() => void vi.useRealTimers());

	it('[N20] are all counted, and the last thousand are kept', async () => {
		const database = await migratedDatabase();
		const rejections = createRejections(database, () => 1, fail);
		const count = async (): Promise<unknown> =>
			(await database.all(`SELECT "value" FROM "Kept" WHERE "name" = 'rejections'`))[0]?.value;
		for (let i = 1; i <= 1_010; i++) rejections.record(`reason ${i}`, i % 2 ? `msg_${i}` : undefined);
		await rejections.close();
		expect(await count()).toBe('1010');
		const stored = await database.all('SELECT "at", "reason", "webhookId" FROM "Rejection" ORDER BY rowid');
		expect(stored).toHaveLength(1_000);
		expect([stored[0], stored.at(-1)]).toEqual([
			{ at: 1, reason: 'reason 11', webhookId: 'msg_11' },
			{ at: 1, reason: 'reason 1010', webhookId: null },
		]);
	});

	it('[N20] are stored together, within a second', async () => {
		const database = await migratedDatabase();
		const write = vi.spyOn(database, 'transact');
		const rejections = createRejections(database, () => 1, fail);
		for (let i = 1; i <= 50; i++) rejections.record('reason', undefined);
		expect(write).not.toHaveBeenCalled();
		vi.advanceTimersByTime(1_000);
		await rejections.close();
		expect(write).toHaveBeenCalledTimes(1);
		expect(await database.all('SELECT * FROM "Rejection"')).toHaveLength(50);
	});

	it('[N20] keep at most one line of a foreign text', async () => {
		const database = await migratedDatabase();
		const rejections = createRejections(database, () => 1, fail);
		rejections.record('r'.repeat(5_000), 'i'.repeat(5_000));
		await rejections.close();
		const [stored] = await database.all('SELECT "reason", "webhookId" FROM "Rejection"');
		expect([stored?.reason, stored?.webhookId].map((text) => String(text).length)).toEqual([200, 200]);
	});
});
