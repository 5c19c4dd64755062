import { defineConfig } from 'vite';

/**
 * Bundles the server and the seed tool into build. Packages stay external, so production needs only its dependencies.
 */
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
			// One folder for all files: the path of the worker is relative to the file that starts it.
			output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
		},
	},
});
