import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig, type Plugin } from 'vite';

/**
 * Keeps the other transports of Socket.IO's client out of the bundle, because the page uses WebSocket only. If a
 * later version renames its files, nothing breaks, and the bundle size test [D2] reports the extra weight.
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

/**
 * Wraps the CommonJS CSV parser as an ES module. Otherwise the bundler adds its CommonJS helpers to the code that
 * every page loads. A wrapped parser stays in the chunk that only the CSV import loads.
 */
const csvParserAsModule: Plugin = {
	name: 'csv-parser-as-module',
	apply: 'build',
	enforce: 'pre',
	transform: (code, id) =>
		/papaparse(\.min)?\.js$/.test(id)
			? {
					code: `const module = { exports: {} }; const { exports } = module;\n${code}\nexport default module.exports;`,
					map: null,
				}
			: undefined,
};

/** Builds the pages. vite.server.config.ts builds the server's bundle. */
export default defineConfig({ plugins: [webSocketOnly, csvParserAsModule, tailwindcss(), sveltekit()] });
