import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		// Most tests wait most of the time: as many files at once as there are cores.
		maxWorkers: '100%',
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
					include: ['src/{contract,db,queue,server,provider,seed}/**/*.test.ts', 'tests/*.test.ts'],
					// Some of them write to real files and wait for other processes: time enough on a busy machine.
					testTimeout: 30_000,
					hookTimeout: 30_000,
				},
			},
			{
				// The feed's own tests drive the browser's classes.
				plugins: [svelte({ compilerOptions: { runes: true } })],
				test: {
					name: 'integration',
					include: ['tests/{integration,crash,feed}/**/*.test.ts'],
					testTimeout: 30_000,
					hookTimeout: 30_000,
				},
			},
		],
	},
});
