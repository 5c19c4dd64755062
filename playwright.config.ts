import { defineConfig, devices } from '@playwright/test';
import { CHROMIUM_ARGS, findChromium, LAN_HOST } from './tests/support/chromium.ts';

const executablePath = findChromium();

/**
 * Browser tests against the built server. Each test has a server of its own (tests/e2e/server.ts). Options of a worker,
 * such as `launchOptions` and `trace`, are set here only: a file with its own would start another worker and browser.
 */
export default defineConfig({
	testDir: 'tests/e2e',
	globalSetup: './tests/e2e/setup.ts',
	fullyParallel: true,
	workers: 2,
	forbidOnly: true,
	timeout: 120_000,
	expect: { timeout: 15_000 },
	outputDir: 'test-results',
	use: {
		...devices['Desktop Chrome'],
		locale: 'en-GB',
		timezoneId: 'Europe/Berlin',
		// The status lamps of the page pulse all the time, which costs CPU in a browser without a GPU. Tests of
		// motion turn motion on.
		contextOptions: { reducedMotion: 'reduce' },
		// DOM snapshots at each action would take a tenth of the run time.
		trace: { mode: 'retain-on-failure', snapshots: false, screenshots: false },
		launchOptions: {
			// A page lives for seconds: a process of its own and optimized code would cost more CPU time than they save.
			args: [
				...CHROMIUM_ARGS,
				...['--in-process-gpu', '--renderer-process-limit=1', '--js-flags=--no-opt --no-maglev'],
				`--host-resolver-rules=MAP ${LAN_HOST} 127.0.0.1`,
			],
			...(executablePath === null ? {} : { executablePath }),
		},
	},
});
