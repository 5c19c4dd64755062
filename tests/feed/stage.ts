import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import Sqlite from 'libsql';
import { startServer, type ServerProcess } from '#tests/support/server-process.ts';

const ENV = {
	LOG_LEVEL: 'error',
	PROVIDER_DELAY_MS_MIN: '100',
	PROVIDER_DELAY_MS_MAX: '1500',
	PROVIDER_FAIL_RATE: '0.2',
	PROVIDER_SPEED: '10', // webhooks that failed while the server was down are retried soon
};

/** A server on its own database file. The test stops, kills and restarts the server, and restores the file. */
export interface Stage {
	databaseUrl: string;
	/** Returns the server's URL; empty while the server is down. */
	url(): string;
	/** The errors that the servers logged. */
	errors: string[];
	begin(): Promise<void>;
	/** Ends the server. Returns its exit code. */
	end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
	/** Copies the database file while the server runs. */
	backUp(): Promise<void>;
	/**
	 * Replaces the database file by the copy, as a user restores a backup. Call this only while the server is down.
	 */
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
