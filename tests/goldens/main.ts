import { parseArgs } from 'node:util';
import { areas } from './areas/all.ts';
import { runAll } from './areas/area.ts';
import { compare } from './compare/compare.ts';
import { uncovered } from './compare/coverage.ts';
import { isBroken, reportOf } from './compare/report.ts';
import { readRecordings, writeRecordings } from './record/files.ts';
import { withStage } from './stage/server.ts';

/**
 * `npm run goldens` records what the server sends to its clients and receivers, and compares this with `recorded/`.
 * The exit code is 1 if more than words differs, or if a route has no goldens. `-- --record` replaces `recorded/`
 * instead.
 */
const { values } = parseArgs({ options: { record: { type: 'boolean', default: false } } });

const start = performance.now();
const { recordings, routes } = await withStage(async (stage) => ({
	recordings: await runAll(areas, stage),
	routes: stage.routes,
}));
const missing = uncovered(routes, recordings);
const seconds = ((performance.now() - start) / 1_000).toFixed(1);
const count = Object.values(recordings).reduce((sum, one) => sum + (typeof one === 'string' ? 1 : one.length), 0);
const summary = `${count} goldens in ${Object.keys(recordings).length} files, ${routes.length} routes, ${seconds} s`;

if (missing.length > 0) console.log(['Routes without goldens:', ...missing.map((line) => `  ${line}`)].join('\n'));
if (values.record) {
	await writeRecordings(recordings);
	console.log(`Recorded ${summary}.`);
	process.exitCode = missing.length > 0 ? 1 : 0;
} else {
	const comparison = compare(await readRecordings(), recordings);
	if (Object.keys(comparison).length > 0) console.log(reportOf(comparison));
	const failed = isBroken(comparison) || missing.length > 0;
	console.log(failed ? `Different. ${summary}.` : `Equal to what was recorded: ${summary}.`);
	process.exitCode = failed ? 1 : 0;
}
