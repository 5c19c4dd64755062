import { defineConfig, devices } from '@playwright/test';
import { CHROMIUM_ARGS, findChromium } from './tests/support/chromium.ts';

const executablePath = findChromium();

/** Browser tests against the built server. Each test starts its own server (tests/e2e/server.ts). */
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
		// DOM snapshots at each action would take a tenth of the run time.
		trace: { mode: 'retain-on-failure', snapshots: false, screenshots: false },
		launchOptions: { args: CHROMIUM_ARGS, ...(executablePath === null ? {} : { executablePath }) },
	},
});
