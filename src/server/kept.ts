import { randomBytes } from 'node:crypto';
import type { Database } from '#db/database.ts';

/**
 * Returns the configured webhook secrets. Without any, returns the secret that the first start generated and
 * stored.
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
