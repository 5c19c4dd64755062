import { describe, expect, it } from 'vitest';
import { migratedDatabase } from '#tests/support/database.ts';
import { createRejections } from './rejections.ts';

describe('rejected webhooks', () => {
	it('[N20] are all counted, and the last thousand kept, however many come at once', async () => {
		const database = await migratedDatabase();
		const rejections = createRejections(database, () => 1);
		expect(await rejections.count()).toBe(0);
		for (let i = 1; i <= 1_010; i++) await rejections.note(`reason ${i}`, i % 2 ? `msg_${i}` : undefined);
		expect(await rejections.count()).toBe(1_010);
		const kept = await database.all('SELECT "at", "reason", "webhookId" FROM "Rejection" ORDER BY rowid');
		expect(kept).toHaveLength(1_000);
		expect([kept[0], kept.at(-1)]).toEqual([
			{ at: 1, reason: 'reason 11', webhookId: 'msg_11' },
			{ at: 1, reason: 'reason 1010', webhookId: null },
		]);
	});

	it('[N20] keep no more of what a stranger wrote than a line', async () => {
		const database = await migratedDatabase();
		await createRejections(database, () => 1).note('r'.repeat(5_000), 'i'.repeat(5_000));
		const [kept] = await database.all('SELECT "reason", "webhookId" FROM "Rejection"');
		expect([kept?.reason, kept?.webhookId].map((text) => String(text).length)).toEqual([200, 200]);
	});
});
