import { CannotOpen, isDatabaseFault } from '#db/database.ts';
import { migrate, MigrationChanged, migrationsFrom } from '#db/migrate.ts';
import { openAlone } from '#db/open.ts';
import { BadFlags, readFlags } from '#seed/options.ts';
import { SeedError, seed } from '#seed/seed.ts';
import { ConfigError, readConfig } from '#server/config.ts';
import { loadEnvFile } from '#server/env-file.ts';

/** `npm run seed -- --calls N [--seed S]`: fills the configured database with a made-up history. */
async function main(): Promise<void> {
	const flags = readFlags(process.argv.slice(2));
	loadEnvFile(process.cwd(), process.env);
	const { database: location } = readConfig(process.env);
	if (!location.url.startsWith('file:')) throw new SeedError('it is remote; only a file can be seeded');
	const migrations = migrationsFrom(import.meta.dirname);
	const { database, release } = await openAlone(location, migrations, 0);
	try {
		await migrate(database, migrations);
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
			`Wrote ${calls} calls with ${events} events over 90 days to ${database.file} in ${seconds} s. Deliveries are not seeded.`,
		);
	} finally {
		database.close();
		release?.();
	}
}

/** Expected errors are printed as one line. Any other error is a bug. */
const isExpected = (error: unknown): error is Error =>
	error instanceof CannotOpen ||
	error instanceof SeedError ||
	error instanceof MigrationChanged ||
	(error instanceof Error && isDatabaseFault(error));

try {
	await main();
} catch (error) {
	if (error instanceof ConfigError || error instanceof BadFlags) console.error(error.message);
	else if (isExpected(error)) console.error(`The database cannot be filled: ${error.message}.`);
	else throw error;
	process.exit(1);
}
