import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		projects: [
			{
				plugins: [svelte({ compilerOptions: { runes: true } })],
				// Runes run as in a browser, not as in a server's rendering.
				resolve: { conditions: ['browser'] },
				test: { name: 'browser units', include: ['src/lib/**/*.test.ts'] },
			},
			{
				test: {
					name: 'server units',
					include: ['src/{contract,db,queue,server,provider}/**/*.test.ts', 'tests/*.test.ts'],
				},
			},
			{
				test: {
					name: 'integration',
					include: ['tests/integration/**/*.test.ts'],
					testTimeout: 30_000,
					hookTimeout: 30_000,
				},
			},
		],
	},
});
