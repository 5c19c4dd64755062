import { createApp, type App } from './app.ts';
import type { Config } from './config.ts';
import { createLog, type Logger } from './log.ts';
import { whyNotOpened } from './why-not-opened.ts';

/** Prints why the server cannot start, and ends the process with exit code 1. */
export function refuse(line: string): never {
	console.error(line);
	process.exit(1);
}

/** Runs the server until a signal stops it. */
export async function serve(config: Config): Promise<void> {
	const log = createLog(config.logLevel);
	const app = await createApp(config, { log }).catch((error: unknown) => {
		const line = whyNotOpened(config.database, error);
		if (line === null) throw error;
		refuse(line);
	});
	stopInOrder(app, log);
	try {
		const address = await app.listen();
		console.log(`Audena Call Simulator: ${config.appUrl ?? address.replace('//127.0.0.1:', '//localhost:')}`);
	} catch (error) {
		await app.close();
		const line = whyNotListening(config, (error as { code?: string }).code);
		if (line === null) throw error;
		refuse(line);
	}
}

/** Upper bound for a shutdown. */
const STOP_MS = 10_000;

/**
 * Shuts down in order: on a signal with exit code 0, on an uncaught error with exit code 1. After an uncaught error the
 * in-memory state may be wrong. All work is in the database, so the next start continues it.
 */
function stopInOrder(app: App, log: Logger): void {
	let stopping = false;
	const stop = (code: number): void => {
		stopping = true;
		setTimeout(() => process.exit(code), STOP_MS).unref();
		app.close().then(
			() => process.exit(code),
			(error: unknown) => {
				log.error({ err: error }, 'shutdown failed');
				process.exit(1);
			},
		);
	};
	for (const signal of ['SIGTERM', 'SIGINT'] as const)
		process.on(signal, () => {
			if (stopping) return;
			log.info({ signal }, 'shutting down');
			stop(0);
		});
	// Node raises unhandled rejections here too.
	process.on('uncaughtException', (error: Error & { code?: string }) => {
		if (error.code === 'EPIPE' && stopping) return; // the reader of the log has closed its pipe
		log.fatal({ err: error }, 'uncaught error: shutting down');
		if (!stopping) stop(1);
	});
}

function whyNotListening({ port, host }: Config, code: string | undefined): string | null {
	switch (code) {
		case 'EADDRINUSE':
			return `PORT: "${port}" is in use on ${host}. Allowed: a free port, or 0 for any.`;
		case 'EACCES':
			return `PORT: "${port}" may not be used by this user. Allowed: a port from 1024 on.`;
		case 'EADDRNOTAVAIL':
		case 'ENOTFOUND':
		case 'EAI_AGAIN':
			return `HOST: "${host}" is not an address of this machine. Allowed: one of its addresses, such as 127.0.0.1 or 0.0.0.0.`;
		default:
			return null;
	}
}
