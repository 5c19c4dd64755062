import { build } from 'vite';
import createTemplates from '#tests/support/templates.ts';

/**
 * Global setup of the browser tests: builds the servers' host (host.ts) beside the server's own bundle, from the same
 * chunks, and creates the folder for templates. Returns the teardown.
 */
export default async function setup(): Promise<() => Promise<void>> {
	await build({
		configFile: 'vite.server.config.ts',
		logLevel: 'warn',
		build: { rolldownOptions: { input: { 'test-host': 'tests/e2e/host.ts' } } },
	});
	return createTemplates();
}
