import type { Call, CallPage, CallQuery, Status } from '#contract';
import { ask, type Reply } from './api.ts';

/** How long the form waits for the response. The idempotency key makes it safe to send the request again. */
const CREATED_WITHIN_MS = 30_000;

/** An operator's actions on calls. The feed then delivers the change to every open tab, including this one. */
export const createCall = (body: string, key: string): Promise<Reply<{ call: Call }>> =>
	ask({ method: 'POST', path: '/api/calls', body, key, withinMs: CREATED_WITHIN_MS });
export const markCall = (id: string, status: Status): Promise<Reply<{ call: Call }>> =>
	ask({ method: 'PATCH', path: `/api/calls/${id}`, body: JSON.stringify({ status }) });
export const cancelCall = (id: string): Promise<Reply<{ call: Call }>> =>
	ask({ method: 'POST', path: `/api/calls/${id}/cancel` });
export const deleteCall = (id: string): Promise<Reply<void>> => ask({ method: 'DELETE', path: `/api/calls/${id}` });
/** Deletes the calls that match the filters; without a filter, all calls. */
export const clearCalls = (query: CallQuery): Promise<Reply<void>> =>
	ask({ method: 'DELETE', path: `/api/calls${searchOf(filtersOf(query))}` });
/** Counts the calls that `clearCalls` would delete. */
export const countCalls = (query: CallQuery): Promise<Reply<{ count: number }>> =>
	ask({ method: 'DELETE', path: `/api/calls${searchOf({ ...filtersOf(query), dryRun: 'true' })}` });

/** Reads a page of the list with these filters. The token null requests the first page. */
export function readCalls(query: CallQuery, token: string | null, limit: number): Promise<Reply<CallPage>> {
	return ask({ method: 'GET', path: `/api/calls${searchOf({ ...query, limit, page: token ?? undefined })}` });
}

const filtersOf = ({ limit: _limit, page: _page, order: _order, ...filters }: CallQuery): object => filters;

/** Returns the query string with its question mark, or an empty string without parameters. */
function searchOf(query: object): string {
	const asked = new URLSearchParams();
	for (const [name, value] of Object.entries(query) as [string, unknown][])
		for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) asked.append(name, String(one));
	return asked.size === 0 ? '' : `?${asked.toString()}`;
}
