import { expect, it } from 'vitest';
import type { Database } from '#db/database.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import { createForgetting } from './forgetting.ts';

const NOW = 1_000;
const CALL = `INSERT INTO "ProviderCall" ("providerId", "key", "callId", "phoneNumber", "workflow", "state", "plan", "requestHash", "answer", "acceptedAt", "endsAt")
	VALUES (?1, ?2, ?2, '+12025550100', 'SALES', ?3, '[]', '', '', 0, ?4)`;
const DELIVERY = `INSERT INTO "Delivery" ("id", "providerId", "callId", "sequence", "type", "body", "state", "dueAt", "lease", "leasedUntil", "attempts", "createdAt")
	VALUES (?1, 'sim', ?2, 1, 'call.ended', '{}', ?3, ?4, ?5, ?6, 1, 0)`;
const ATTEMPT = `INSERT INTO "Attempt" ("deliveryId", "number", "at", "durationMs", "manual", "request") VALUES (?, 1, 0, 1, 0, '{}')`;

/** What is left of which calls. */
async function left(database: Database): Promise<string[]> {
	const texts = [
		`SELECT "callId" AS "id" FROM "ProviderCall"`,
		`SELECT "id" FROM "Delivery"`,
		`SELECT "deliveryId" AS "id" FROM "Attempt"`,
	];
	return (await Promise.all(texts.map((sql) => database.all(`${sql} ORDER BY 1`)))).flat().map(({ id }) => String(id));
}

it('[RT6] what is finished goes with the call; what runs or has a webhook on its way keeps everything', async () => {
	const database = await migratedDatabase();
	for (const [id, state, endsAt, delivery, dueAt, lease] of [
		['ended', 'active', NOW, 'delivered', null, null],
		['canceled', 'canceled', NOW + 1, 'canceled', null, null],
		['dead', 'active', 0, 'dead', null, null],
		['running', 'active', NOW + 1, 'delivered', null, null],
		['retrying', 'active', 0, 'retrying', 5_000, null],
		['under way', 'active', 0, 'delivered', null, 'held'],
		['another', 'active', 0, 'delivered', null, null],
	] as const) {
		await database.all(CALL, `sim_${id}`, id, state, endsAt);
		await database.all(DELIVERY, `msg ${id}`, id, delivery, dueAt, lease, lease && 2_000);
		await database.all(ATTEMPT, `msg ${id}`);
	}
	const asked = ['ended', 'canceled', 'dead', 'running', 'retrying', 'under way', 'unknown'];
	const { forget } = createForgetting(database, () => NOW);
	expect(await forget(asked)).toEqual(['ended', 'canceled', 'dead', 'unknown']);
	const kept = ['another', 'retrying', 'running', 'under way'];
	const messages = kept.map((id) => `msg ${id}`);
	expect(await left(database)).toEqual([...kept, ...messages, ...messages]);
	await database.all(`UPDATE "Delivery" SET "dueAt" = NULL, "lease" = NULL`);
	expect(await forget(asked)).not.toContain('running');
	expect(await left(database)).toEqual([
		'another',
		'running',
		...['msg another', 'msg running', 'msg another', 'msg running'],
	]);
});
