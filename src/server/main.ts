import { ConfigError, readConfig, type Config } from './config.ts';
import { loadEnvFile } from './env-file.ts';
import { refuse, serve } from './serve.ts';

/** `--dev`: Vite serves the sources, with hot reload. `--no-pages`: REST and sockets only, which needs no build. */
const development = process.argv.includes('--dev');
const pages = development ? 'vite' : process.argv.includes('--no-pages') ? 'none' : 'built';
process.env.NODE_ENV ??= development ? 'development' : 'production';

function configure(): Config {
	try {
		loadEnvFile(process.cwd(), process.env);
		return readConfig(process.env, pages);
	} catch (error) {
		if (error instanceof ConfigError) refuse(error.message);
		throw error;
	}
}

await serve(configure());
