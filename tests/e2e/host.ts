import { createApp, type App } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { createLog } from '#server/log.ts';

/**
 * What the parent asks of this process, which runs one server after another with the built pages. A process for each
 * test would cost more time than the test. The log of a server is on standard output.
 */
export type Request = { start: Record<string, string> } | { stop: true };
/** `url` is the address of the running server, or null once it has stopped. */
export type Reply = { url: string | null } | { error: string };

let app: App | undefined;

async function handle(request: Request): Promise<Reply> {
	if ('start' in request) {
		const config = readConfig(request.start, 'built');
		app = await createApp(config, { log: createLog(config.logLevel) });
		try {
			return { url: await app.listen() };
		} catch (error) {
			await app.close();
			app = undefined;
			throw error;
		}
	}
	await app?.close();
	app = undefined;
	return { url: null };
}

process.on('message', (request: Request) => {
	handle(request)
		.catch((error: unknown): Reply => ({ error: error instanceof Error ? (error.stack ?? error.message) : 'unknown' }))
		.then((reply) => process.send?.(reply))
		.catch((error: unknown) => {
			throw error;
		});
});
