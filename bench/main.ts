import { measurePolling } from '#bench/parts/polling.ts';
import { measurePush } from '#bench/parts/push.ts';
import { measureReturn } from '#bench/parts/return.ts';
import { measureWebhooks } from '#bench/parts/webhooks.ts';
import { serverCommand } from '#tests/support/server-process.ts';
import { readOptions } from './options.ts';
import { run } from './run.ts';

/** `npm run bench:push`: what docs/benchmarks.md tells. Servers and clients are processes of their own and end with it. */
const measures = {
	...{ push: measurePush, webhooks: measureWebhooks, polling: measurePolling, return: measureReturn },
};
await run(measures, readOptions(process.argv.slice(2)), serverCommand().built ? 'as built' : 'from its sources');
