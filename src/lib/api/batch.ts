import type { Call } from '#contract';
import { ask, type Reply } from './api.ts';

/** Makes many calls at once, all or none; the same key again makes nothing twice. */
export const createCalls = (body: string, key: string): Promise<Reply<{ calls: Call[] }>> =>
	ask({ method: 'POST', path: '/api/calls/batch', body, key });
