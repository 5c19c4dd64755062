import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { migrate, migrationsFrom } from '#db/migrate.ts';
import { temporaryFolder } from '#tests/support/app.ts';
import { openTestDatabase } from '#tests/support/database.ts';
import { recount } from './recount.ts';

const FOLDER = migrationsFrom(import.meta.dirname);
const OUTCOMES = [
	'completed',
	'busy',
	'no-answer',
	'failed',
	'canceled',
	'provider-unreachable',
	'no-report',
	'manual',
];

it('[EX4] a migration turns answered failures of an older history into dropped calls with their talk, and moves the counters', async () => {
	const database = await openTestDatabase();
	const before = await temporaryFolder();
	await cp(FOLDER, before, { recursive: true });
	for (const name of await readdir(before)) if (name >= '20261130') await rm(join(before, name), { recursive: true });
	await migrate(database, before);
	const runs = [null, 'ci-1', 'cleared'];
	const calls = OUTCOMES.flatMap((outcome) =>
		runs.flatMap((run) => [null, 800].map((answeredAt) => ({ outcome, run, answeredAt }))),
	).map((call, i) => ({ ...call, n: i + 1, durationMs: call.outcome === 'completed' && call.answeredAt ? 77 : null }));
	await database.all(
		`INSERT INTO "Call" ("n", "id", "customerName", "phoneNumber", "folded", "workflow", "status", "phase", "outcome", "run",
			"createdAt", "updatedAt", "answeredAt", "endedAt", "durationMs", "faults", "seq")
			SELECT value ->> 'n', 'call-' || (value ->> 'n'), 'Ada', '+12025550100', ' ada', 'SALES',
			iif(value ->> 'outcome' = 'completed', 'COMPLETED', 'FAILED'), 'ENDED', value ->> 'outcome', value ->> 'run',
			0, 2000, value ->> 'answeredAt', 2000, value ->> 'durationMs', 0, value ->> 'n' FROM json_each(?)`,
		JSON.stringify(calls),
	);
	await database.all(`INSERT INTO "Clearing" ("run", "seq") VALUES ('cleared', 1000)`);
	await database.all(`INSERT INTO "Tally" SELECT '', "status", "workflow", "outcome", count(*) FROM "Call"
		WHERE "run" IS NOT 'cleared' GROUP BY 2, 3, 4`);
	await database.all(`INSERT INTO "Tally" SELECT "run", "status", "workflow", "outcome", count(*) FROM "Call"
		WHERE "run" = 'ci-1' GROUP BY 1, 2, 3, 4`);

	await migrate(database, FOLDER);

	const rows = await database.all('SELECT "outcome", "answeredAt", "durationMs" FROM "Call" ORDER BY "n"');
	expect(rows).toMatchObject(
		calls.map(({ outcome, answeredAt }) => ({
			outcome: answeredAt !== null && ['busy', 'no-answer', 'failed'].includes(outcome) ? 'dropped' : outcome,
			answeredAt,
			durationMs:
				answeredAt === null || outcome === 'provider-unreachable' ? null : outcome === 'completed' ? 77 : 1_200,
		})),
	);
	const counters = () => database.all('SELECT * FROM "Tally" WHERE "count" <> 0 ORDER BY "run", "status", "outcome"');
	const migrated = await counters();
	await recount(database, 2_000);
	expect(migrated).toEqual(await counters());
});
