import { createPush } from './feed/create-push.ts';
import { polling } from './feed/polling.ts';
import { push } from './feed/push.ts';
import { returning } from './feed/return.ts';
import { webhooks } from './feed/webhooks.ts';
import { importExport } from './history/import-export.ts';
import { reads } from './history/reads.ts';
import { requests } from './history/requests.ts';
import { search } from './history/search.ts';
import { writes } from './history/writes.ts';
import { lives } from './lives.ts';
import { ui } from './ui.ts';

/** Every benchmark, under the name that `npm run bench` takes. */
export const BENCHMARKS = {
	lives,
	'create-push': createPush,
	push,
	polling,
	return: returning,
	webhooks,
	reads,
	search,
	writes,
	requests,
	'import-export': importExport,
	ui,
};
