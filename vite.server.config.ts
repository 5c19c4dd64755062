import { defineConfig } from 'vite';

/** Bundles src/server/main.ts into build/main.js; packages stay outside, so production needs its dependencies only. */
export default defineConfig({
	publicDir: false,
	define: { __BUILD__: JSON.stringify(Date.now().toString(36)) },
	build: {
		ssr: 'src/server/main.ts',
		outDir: 'build',
		emptyOutDir: false,
		target: 'node20',
		sourcemap: true,
		rolldownOptions: { output: { entryFileNames: 'main.js', chunkFileNames: 'chunks/[name]-[hash].js' } },
	},
});
