import { expect, it } from 'vitest';
import type { Database } from '#db/database.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import { createForgetting } from './forgetting.ts';

const DAY_MS = 86_400_000;
const NOW = DAY_MS;
const CALL = `INSERT INTO "ProviderCall" ("providerId", "key", "callId", "phoneNumber", "workflow", "state", "plan", "requestHash", "answer", "acceptedAt", "endsAt")
	VALUES (?1, ?2, ?2, '+12025550100', 'SALES', ?3, '[]', '', '', 0, ?4)`;
const DELIVERY = `INSERT INTO "Delivery" ("id", "providerId", "callId", "sequence", "type", "body", "state", "dueAt", "lease", "leasedUntil", "attempts", "createdAt")
	VALUES (?1, 'sim', ?2, 1, 'call.ended', '{}', ?3, ?4, ?5, ?6, 1, 0)`;
const ATTEMPT = `INSERT INTO "Attempt" ("deliveryId", "number", "at", "durationMs", "manual", "request") VALUES (?, 1, 0, 1, 0, '{}')`;

/** Returns the ids that are left in the three tables. */
async function left(database: Database): Promise<string[]> {
	const texts = [
		`SELECT "callId" AS "id" FROM "ProviderCall"`,
		`SELECT "id" FROM "Delivery"`,
		`SELECT "deliveryId" AS "id" FROM "Attempt"`,
	];
	return (await Promise.all(texts.map((sql) => database.all(`${sql} ORDER BY 1`)))).flat().map(({ id }) => String(id));
}

it('[RT6] finished provider calls are deleted with the call; a running one, or one with an open webhook, stays', async () => {
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

it('[RT14] a key keeps its response for a day, although the webhooks of its call are deleted', async () => {
	const database = await migratedDatabase();
	for (const id of ['young', 'old', 'keyless']) {
		await database.all(CALL, `sim_${id}`, id, 'canceled', 0);
		await database.all(DELIVERY, `msg ${id}`, id, 'canceled', null, null, null);
	}
	await database.all(`UPDATE "ProviderCall" SET "acceptedAt" = 1 WHERE "callId" <> 'old'`);
	await database.all(`UPDATE "ProviderCall" SET "key" = NULL WHERE "callId" = 'keyless'`);
	let time = NOW;
	const { forget, forgetRecords } = createForgetting(database, () => time);
	expect(await forget(['young', 'old', 'keyless'])).toEqual(['young', 'old', 'keyless']);
	expect(await left(database)).toEqual(['young']);
	await forgetRecords(['sim_young']);
	expect(await left(database)).toEqual(['young']);
	time++;
	await forgetRecords(['sim_young']);
	expect(await left(database)).toEqual([]);
});

it('[RT15] each record of a call is deleted by itself, and names its owner', async () => {
	const database = await migratedDatabase();
	for (const [id, endsAt] of [
		['1', 0],
		['2', NOW + 1],
		['3', 0],
	] as const) {
		await database.all(CALL, `sim_${id}`, id, 'active', endsAt);
		await database.all(DELIVERY.replace("'sim'", `'sim_${id}'`), `msg ${id}`, 'shared', 'delivered', null, null, null);
		await database.all(ATTEMPT, `msg ${id}`);
	}
	await database.all(`UPDATE "ProviderCall" SET "callId" = 'shared'`);
	await database.all(`UPDATE "ProviderCall" SET "key" = 'shared' WHERE "providerId" = 'sim_3'`);
	const { forgetRecords, recordsAfter } = createForgetting(database, () => NOW);
	const records = await recordsAfter('', 9);
	expect(records.map(({ isForeign }) => isForeign)).toEqual([true, true, false]);
	await database.all(`UPDATE "ProviderCall" SET "callbackUrl" = 'http://127.0.0.1:1/' WHERE "providerId" = 'sim_3'`);
	expect(await recordsAfter('sim_2', 9)).toEqual([
		{ providerId: 'sim_3', callId: 'shared', acceptedAt: 0, isForeign: true },
	]);
	await forgetRecords(['sim_1', 'sim_2']);
	expect((await recordsAfter('', 1)).map(({ providerId }) => providerId)).toEqual(['sim_2']);
	expect(await left(database)).toEqual(['shared', 'shared', 'msg 2', 'msg 3', 'msg 2', 'msg 3']);
});
