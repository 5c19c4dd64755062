import type { Area } from './area.ts';
import { feed } from './feed/feed.ts';
import { history } from './history.ts';
import { rest } from './rest/rest.ts';
import { stream } from './stream/stream.ts';
import { outgoing } from './webhooks.ts';

/** All areas that a run of the goldens records. */
export const areas: readonly Area[] = [feed, stream, history, rest, outgoing].flat();
