import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Server } from 'node:http';
import type { RequestHandler } from 'express';
import type { Pages } from '#contract';
import type { Config } from './config.ts';

export interface Web {
	handler: RequestHandler;
	close(): Promise<void>;
}

/**
 * The pages: Vite with hot reload in development, the built ones else. SvelteKit runs in a module graph of its own, so
 * `pages` is handed over here, once, and read in src/hooks.server.ts.
 */
export async function createWeb(pages: Pages, server: Server, root: string, kind: Config['pages']): Promise<Web> {
	if (kind === 'none') return { handler: (_request, _response, next) => next(), close: () => Promise.resolve() };
	globalThis.audena = pages;
	if (kind === 'vite') {
		const { createServer } = await import('vite');
		const vite = await createServer({ root, server: { middlewareMode: true, hmr: { server } } });
		return { handler: vite.middlewares, close: () => vite.close() };
	}
	const built = pathToFileURL(join(root, 'build', 'web', 'handler.js')).href;
	const { handler } = (await import(/* @vite-ignore */ built)) as { handler: RequestHandler };
	return { handler, close: () => Promise.resolve() };
}
