import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig, type Plugin } from 'vite';

/**
 * The page speaks WebSocket only: the other transports of Socket.IO's client stay out of what it loads. Where a later
 * version names its files otherwise nothing breaks, and [D2] tells of the weight.
 */
const webSocketOnly: Plugin = {
	name: 'web-socket-only',
	apply: 'build',
	enforce: 'pre',
	resolveId: (id, importer) =>
		/engine\.io-client\/build\/esm\/transports\/index\.js$/.test(importer ?? '') && !id.includes('websocket')
			? '\0no-transport'
			: undefined,
	load: (id) => (id === '\0no-transport' ? 'export const XHR = undefined, WT = undefined;' : undefined),
};

/** The pages. The server's own bundle is made by vite.server.config.ts. */
export default defineConfig({ plugins: [webSocketOnly, tailwindcss(), sveltekit()] });
