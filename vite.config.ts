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

/**
 * The CSV parser is CommonJS: taken as that it would put the bundler's helpers into what every page loads. It is wrapped
 * as a module instead, and stays in the import's own part.
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

/** The pages. The server's own bundle is made by vite.server.config.ts. */
export default defineConfig({ plugins: [webSocketOnly, csvParserAsModule, tailwindcss(), sveltekit()] });
