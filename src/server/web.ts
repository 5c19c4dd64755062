import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Server } from 'node:http';
import type { RequestHandler } from 'express';
import type { Pages } from '#contract';
import type { Config } from './config.ts';
import { wrongMethod } from './http/methods.ts';

export interface Web {
	handler: RequestHandler;
	close(): Promise<void>;
}

/**
 * Serves the pages: Vite with hot reload in development, the built pages otherwise. SvelteKit runs in a module graph of
 * its own, so it gets `pages` through a global that src/hooks.server.ts reads.
 */
export async function createWeb(pages: Pages, server: Server, root: string, kind: Config['pages']): Promise<Web> {
	if (kind === 'none') return { handler: (_request, _response, next) => next(), close: () => Promise.resolve() };
	globalThis.audena = pages;
	if (kind === 'vite') {
		const { createServer } = await import('vite');
		const vite = await createServer({ root, server: { middlewareMode: true, ws: { server } } });
		return { handler: vite.middlewares, close: () => vite.close() };
	}
	const built = pathToFileURL(join(root, 'build', 'web', 'handler.js')).href;
	const { handler } = (await import(/* @vite-ignore */ built)) as { handler: RequestHandler };
	const guarded = filesOnlyRead(join(root, 'build', 'web', 'client'), handler);
	return { handler: guarded, close: () => Promise.resolve() };
}

/**
 * Allows only GET and HEAD for static files and for the data of pages, because SvelteKit would send both for any
 * method. Also drops `Range`, because the adapter fails on a range that ends before it begins.
 */
function filesOnlyRead(folder: string, handler: RequestHandler): RequestHandler {
	const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	const files = new Set(entries.map(({ parentPath, name }) => pathOf(relative(folder, join(parentPath, name)))));
	return (request, response, next) => {
		delete request.headers.range; // a server may ignore Range (RFC 9110, 14.2), and the files are small
		const read = request.method === 'GET' || request.method === 'HEAD';
		const path = pathOf(decodeURIComponent(request.path));
		if (!read && (files.has(path) || path.endsWith('__data.json'))) throw wrongMethod(request.method, ['GET', 'HEAD']);
		// fetch's Request, which SvelteKit creates, throws for TRACE.
		if (request.method === 'TRACE') throw wrongMethod(request.method, ['GET', 'HEAD', 'POST']);
		return handler(request, response, next);
	};
}

/** A file's path as the adapter looks it up: decoded, without leading or trailing slashes. */
const pathOf = (path: string): string => path.replaceAll(sep, '/').replaceAll(/^\/+|\/+$/g, '');
