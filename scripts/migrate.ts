import { config as readDotEnv } from 'dotenv';
import { CannotOpen } from '#db/database.ts';
import { migrate, migrationsFrom } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { ConfigError, readConfig } from '#server/config.ts';

/** `npm run db:push`: applies the migrations to the database that the environment names. */
readDotEnv({ quiet: true });
try {
	const { database: location } = readConfig(process.env);
	const database = openDatabase(location);
	const applied = await migrate(database, migrationsFrom(import.meta.dirname));
	database.close();
	console.log(applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}`);
} catch (error) {
	if (!(error instanceof ConfigError || error instanceof CannotOpen)) throw error;
	console.error(error.message);
	process.exit(1);
}
