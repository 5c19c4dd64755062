import { parseArgs } from 'node:util';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { runnerImport } from 'vite';
import type * as Convergence from './convergence.ts';

/**
 * `npm run test:feed`: the long form of the convergence test. Options: `-- --clients 60 --disturbances 1000 --seed 1`.
 */
const { values } = parseArgs({
	options: {
		clients: { type: 'string', default: '32' },
		disturbances: { type: 'string', default: '297' },
		seed: { type: 'string', default: String(Date.now()) },
	},
});
console.log(`feed seed ${values.seed} (again with: npm run test:feed -- --seed ${values.seed})`);
// The clients use browser classes with Svelte runes, which only Vite's Svelte plugin compiles.
const { module } = await runnerImport<typeof Convergence>('./tests/feed/convergence.ts', {
	configFile: false,
	logLevel: 'warn',
	plugins: [svelte({ configFile: false })],
});
const report = await module.converge({
	clients: Number(values.clients),
	disturbances: Number(values.disturbances),
	seed: values.seed,
	restarts: ['killed', 'restored', 'stopped', 'killed'],
	everyMs: 250,
	stallMs: 16_000,
	creates: 500,
	log: (line) => console.log(line),
});
const { disturbances, restarts, written, ...rest } = report;
console.table({
	...disturbances,
	...Object.fromEntries(Object.entries(restarts).map(([how, n]) => [`server ${how}`, n])),
});
console.table(written);
console.table(
	Object.fromEntries(Object.entries(rest).map(([name, one]) => [name, Array.isArray(one) ? one.length : one])),
);

const wrong = Object.entries(rest).flatMap(([name, list]) =>
	Array.isArray(list) && list.length > 0 ? [[name, list] as const] : [],
);
for (const [name, list] of wrong) console.error(name, list.slice(0, 20));
const ok = wrong.length === 0 && report.exitCode === 0 && report.applied > 0;
console.log(
	ok ? 'Every client converged: 0 missing, 0 doubled, 0 out of order, and none lied.' : 'The feed did not hold.',
);
process.exitCode = ok ? 0 : 1;
