import { defineConfig } from 'vite';

/** Bundles the server, and the tool that seeds its history, into build; packages stay outside, so production needs its dependencies only. */
export default defineConfig({
	publicDir: false,
	define: { __BUILD__: JSON.stringify(Date.now().toString(36)) },
	build: {
		ssr: true,
		outDir: 'build',
		emptyOutDir: false,
		target: 'node20',
		sourcemap: true,
		rolldownOptions: {
			input: {
				main: 'src/server/main.ts',
				seed: 'scripts/seed.ts',
				'checkpoint-worker': 'src/db/checkpoint-worker.js',
			},
			// All in one folder: the worker's path is relative to whichever file starts it.
			output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
		},
	},
});
