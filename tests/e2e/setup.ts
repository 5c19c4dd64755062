import { build } from 'vite';
import createTemplates from '#tests/support/templates.ts';
import serverConfig from '../../vite.server.config.ts';

/**
 * Global setup of the browser tests: bundles the servers' host (host.ts) beside the built server, which stays as it is,
 * and creates the folder for templates. Returns the teardown.
 */
export default async function setup(): Promise<() => Promise<void>> {
	await build({
		...serverConfig,
		configFile: false,
		logLevel: 'warn',
		build: {
			...serverConfig.build,
			rolldownOptions: {
				input: { 'test-host': 'tests/e2e/host.ts' },
				output: { entryFileNames: '[name].js', chunkFileNames: 'test-host-[name].js' },
			},
		},
	});
	return createTemplates();
}
