import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, migrationsFrom } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import type { BareWebhooks } from '#bench/servers/bare-webhooks.ts';
import { startChild, type Child } from './child.ts';

/** Starts the bare stack on a database of its own that has the product's tables. */
export async function startBare(synchronous: 'NORMAL' | 'FULL'): Promise<Child<BareWebhooks>> {
	const folder = await mkdtemp(join(tmpdir(), 'audena-bench-'));
	const file = join(folder, 'bare.db');
	const database = openDatabase({ url: `file:${file}`, authToken: undefined });
	await migrate(database, migrationsFrom(import.meta.dirname));
	database.close();
	const server = new URL('../servers/bare-webhooks.ts', import.meta.url);
	const child = await startChild<BareWebhooks>(server, ['--file', file, '--synchronous', synchronous]);
	const stop = async (): Promise<void> => {
		await child.stop();
		await rm(folder, { recursive: true, force: true });
	};
	return { ask: child.ask, stop };
}
