import { availableParallelism } from 'node:os';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		// Most tests wait most of the time: a worker uses a quarter of a core.
		maxWorkers: 2 * availableParallelism(),
		// Importing a module has no effect, so the files of one worker share their modules. This halves the CPU time.
		isolate: false,
		// Generous limits for a busy machine. A test that hangs still ends.
		testTimeout: 60_000,
		hookTimeout: 60_000,
		expect: { poll: { timeout: 30_000 } },
		projects: [
			{
				extends: true,
				plugins: [svelte({ compilerOptions: { runes: true } })],
				// Runes must behave as in a browser, not as in server rendering.
				resolve: { conditions: ['browser'] },
				test: { name: 'browser', include: ['src/lib/**/*.test.ts'] },
			},
			{
				extends: true,
				// The feed tests drive the browser's classes.
				plugins: [svelte({ compilerOptions: { runes: true } })],
				test: {
					name: 'server',
					globalSetup: 'tests/support/templates.ts',
					include: [
						'src/{contract,db,http,queue,server,provider,seed}/**/*.test.ts',
						'tests/{*.test.ts,{integration,crash,feed}/**/*.test.ts}',
					],
					// The built pages run untransformed (tests/support/pages.ts).
					server: { deps: { external: [/\/build\/web\//] } },
				},
			},
			// Not part of `npm test`: benchmarks take minutes (npm run test:long).
			{ extends: true, test: { name: 'benchmarks', include: ['bench/**/*.test.ts'] } },
		],
	},
});
