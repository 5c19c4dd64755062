import { defineConfig } from 'vite';

/**
 * Bundles the server, the seed tool and the checkpoint worker into build/. Packages are not bundled: production
 * installs only the `dependencies` of package.json.
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
