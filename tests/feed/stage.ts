import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import Sqlite from 'libsql';
import { startServer, type ServerProcess } from '#tests/support/server-process.ts';

const ENV = {
	...{ LOG_LEVEL: 'error', PROVIDER_DELAY_MS_MIN: '100', PROVIDER_DELAY_MS_MAX: '1500', PROVIDER_FAIL_RATE: '0.2' },
	PROVIDER_SPEED: '10', // retries of webhooks that met a server that was away
};

/** A server on a file of its own, that is stopped, killed and restored. */
export interface Stage {
	databaseUrl: string;
	/** Its address; empty while it is not there. */
	url(): string;
	/** What the servers logged as errors. */
	errors: string[];
	begin(): Promise<void>;
	/** Answers the exit code. */
	end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
	/** Copies the database as it is, while it is written to. */
	backUp(): Promise<void>;
	/** Puts the copy in its place: an older state, as somebody would who knows nothing of epochs. Only between `end` and `begin`. */
	restore(): Promise<void>;
}

export function createStage(folder: string, seed: string): Stage {
	const file = join(folder, 'audena.db');
	const copy = join(folder, 'copy.db');
	const databaseUrl = `file:${file}`;
	const errors: string[] = [];
	let server: ServerProcess | undefined;
	let url = '';

	return {
		databaseUrl,
		url: () => url,
		errors,
		async begin() {
			server = startServer(folder, { ...ENV, DATABASE_URL: databaseUrl, PROVIDER_SEED: seed });
			url = await server.ready;
		},
		async end(signal) {
			url = '';
			if (!server) return null;
			const ended = server;
			server = undefined;
			ended.kill(signal);
			const code = await ended.ended;
			errors.push(...ended.lines.filter((line) => !line.startsWith('Audena Call Simulator: ')));
			return code;
		},
		async backUp() {
			await rm(copy, { force: true });
			const database = new Sqlite(file);
			try {
				database.prepare('VACUUM INTO ?').run(copy);
			} finally {
				database.close();
			}
		},
		restore: () => copyFile(copy, file),
	};
}
