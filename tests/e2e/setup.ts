import { build } from 'vite';
import { requirePages } from '#tests/support/program.ts';
import createTemplates from '#tests/support/templates.ts';
import serverConfig from '../../vite.server.config.ts';

/**
 * Global setup of the browser tests: bundles host.ts into build/, without changing the built server, and creates the
 * folder of template databases. Returns the teardown.
 */
export default async function setup(): Promise<() => Promise<void>> {
	requirePages();
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
