import { randomBytes } from 'node:crypto';
import type { Database } from '#db/database.ts';

/**
 * The webhook secrets of the environment, or else the one that the first start generated and stored in the database.
 */
export async function webhookSecrets(database: Database, configured: readonly string[]): Promise<string[]> {
	if (configured.length > 0) return [...configured];
	const generated = `whsec_${randomBytes(32).toString('base64')}`;
	await database.all(
		`INSERT INTO "Kept" ("name", "value") VALUES ('webhook-secret', ?) ON CONFLICT DO NOTHING`,
		generated,
	);
	const [row] = await database.all(`SELECT "value" FROM "Kept" WHERE "name" = 'webhook-secret'`);
	return [String(row?.value)];
}
