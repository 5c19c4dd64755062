import { config as readDotEnv } from 'dotenv';
import { CannotOpen, DatabaseUnavailable } from '#db/database.ts';
import { migrate, migrationsFrom } from '#db/migrate.ts';
import { fileOf, openDatabase } from '#db/open.ts';
import { own } from '#db/ownership.ts';
import { BadFlags, readFlags } from '#seed/options.ts';
import { CannotSeed, seed } from '#seed/seed.ts';
import { ConfigError, readConfig } from '#server/config.ts';

/** `npm run seed -- --calls N [--seed S]`: fills the database that the environment names with a made-up history. */
async function main(): Promise<void> {
	const flags = readFlags(process.argv.slice(2));
	const { database: location } = readConfig(process.env);
	const file = fileOf(location);
	if (file === null) throw new CannotSeed('it is on the network; only a file is seeded');
	const database = openDatabase(location);
	try {
		const disown = await own(file, 0);
		await migrate(database, migrationsFrom(import.meta.dirname));
		const start = performance.now();
		const onProgress = (calls: number): void =>
			void process.stdout.write(`\r${calls.toLocaleString('en-US')} of ${flags.calls.toLocaleString('en-US')} calls`);
		const { calls, events } = await seed(database, {
			calls: flags.calls,
			...(flags.seed === undefined ? {} : { seed: flags.seed }),
			...(process.stdout.isTTY ? { onProgress } : {}),
		});
		if (process.stdout.isTTY) process.stdout.write('\r');
		const seconds = ((performance.now() - start) / 1_000).toFixed(1);
		console.log(
			`${calls} calls with ${events} events over 90 days in ${seconds} s: ${file}. No deliveries were made up.`,
		);
		disown();
	} finally {
		database.close();
	}
}

readDotEnv({ quiet: true });
try {
	await main();
} catch (error) {
	if (error instanceof ConfigError || error instanceof BadFlags) console.error(error.message);
	else if (error instanceof CannotOpen || error instanceof CannotSeed || error instanceof DatabaseUnavailable)
		console.error(`The database cannot be filled: ${error.message}.`);
	else throw error;
	process.exit(1);
}
