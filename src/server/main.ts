import { config as readDotEnv } from 'dotenv';
import { ConfigError, readConfig, type Config } from './config.ts';
import { refuse, serve } from './serve.ts';

/** `--dev`: Vite serves the sources, with hot reload. */
const development = process.argv.includes('--dev');
process.env.NODE_ENV ??= development ? 'development' : 'production';

function configure(): Config {
	readDotEnv({ quiet: true });
	try {
		return readConfig(process.env, development ? 'vite' : 'built');
	} catch (error) {
		if (error instanceof ConfigError) refuse(error.message);
		throw error;
	}
}

await serve(configure());
