import { createApp, type App } from './app.ts';
import type { Config } from './config.ts';
import { createLog, type Logger } from './log.ts';
import { whyNotOpened } from './why-not-opened.ts';

/** Prints one line and ends the process: something about how it was started must change. */
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
	stopOnSignal(app, log);
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

function stopOnSignal(app: App, log: Logger): void {
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
}

function whyNotListening({ port, host }: Config, code: string | undefined): string | null {
	switch (code) {
		case 'EADDRINUSE':
			return `PORT: "${port}" is taken on ${host}. Allowed is a free port, or 0 for any.`;
		case 'EACCES':
			return `PORT: "${port}" may not be used by this user. Allowed is a port from 1024 on.`;
		case 'EADDRNOTAVAIL':
		case 'ENOTFOUND':
		case 'EAI_AGAIN':
			return `HOST: "${host}" is no address of this machine. Allowed is one of its addresses, such as 127.0.0.1 or 0.0.0.0.`;
		default:
			return null;
	}
}
