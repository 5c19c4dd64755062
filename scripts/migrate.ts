import { migrate, migrationsFrom } from '#db/migrate.ts';
import { openOurs } from '#db/open.ts';
import { ConfigError, readConfig } from '#server/config.ts';
import { loadEnvFile } from '#server/env-file.ts';
import { whyNotOpened } from '#server/why-not-opened.ts';

/** `npm run db:push`: applies the migrations to the configured database. */
async function main(): Promise<void> {
	loadEnvFile(process.cwd(), process.env);
	const { database: location } = readConfig(process.env);
	const migrations = migrationsFrom(import.meta.dirname);
	try {
		const database = openOurs(location, migrations);
		const applied = await migrate(database, migrations).finally(() => database.close());
		console.log(applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}`);
	} catch (error) {
		const line = whyNotOpened(location, error);
		throw line === null ? error : new ConfigError(line, { cause: error });
	}
}

try {
	await main();
} catch (error) {
	if (!(error instanceof ConfigError)) throw error;
	console.error(error.message);
	process.exit(1);
}
