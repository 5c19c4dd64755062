import { config as readDotEnv } from 'dotenv';
import { CannotOpen } from '#db/database.ts';
import { createApp } from './app.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { createLog } from './log.ts';

/** Prints one line and ends the process: something about how it was started must change. */
function refuse(line: string): never {
	console.error(line);
	process.exit(1);
}

/** `--dev`: Vite serves the sources, with hot reload. `--no-pages`: REST and sockets alone, which need no build. */
const development = process.argv.includes('--dev');
const pages = development ? 'vite' : process.argv.includes('--no-pages') ? 'none' : 'built';
process.env.NODE_ENV ??= development ? 'development' : 'production';

function configure(): Config {
	readDotEnv({ quiet: true });
	try {
		return readConfig(process.env, pages);
	} catch (error) {
		if (error instanceof ConfigError) refuse(error.message);
		throw error;
	}
}

const config = configure();
const log = createLog(config.logLevel);
const app = await createApp(config, { log }).catch((error: unknown) => {
	if (!(error instanceof CannotOpen)) throw error;
	const name = config.database.url.startsWith('file:') ? 'DATABASE_URL' : 'TURSO_DATABASE_URL';
	refuse(
		`${name}: "${config.database.url}" cannot be opened (${error.message}). Allowed is a database that this user may write.`,
	);
});

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const)
	process.on(signal, () => {
		if (stopping) return;
		stopping = true;
		log.info({ signal }, 'stopping');
		app.close().then(
			() => process.exit(0),
			(error: unknown) => {
				log.error({ err: error }, 'the stop failed');
				process.exit(1);
			},
		);
	});

try {
	const address = await app.listen();
	console.log(`Audena Call Simulator: ${config.appUrl ?? address.replace('//127.0.0.1:', '//localhost:')}`);
} catch (error) {
	const { code } = error as { code?: string };
	await app.close();
	if (code === 'EADDRINUSE')
		refuse(`PORT: "${config.port}" is taken on ${config.host}. Allowed is a free port, or 0 for any.`);
	if (code === 'EACCES') refuse(`PORT: "${config.port}" may not be used by this user. Allowed is a port from 1024 on.`);
	if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
		refuse(
			`HOST: "${config.host}" is no address of this machine. Allowed is one of its addresses, such as 127.0.0.1 or 0.0.0.0.`,
		);
	throw error;
}
