import type { Call } from '#contract';
import { ask, type Reply } from './api.ts';

/** Creates many calls, all or none. A retry with the same idempotency key creates no call twice. */
export const createCalls = (body: string, key: string): Promise<Reply<{ calls: Call[] }>> =>
	ask({ method: 'POST', path: '/api/calls/batch', body, key });
