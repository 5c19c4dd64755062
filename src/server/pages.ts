import {
	CallQuery,
	DeliveriesQuery,
	INTERNAL_ERROR,
	parseQuery,
	ProblemError,
	type PageResult,
	type Pages,
	type ProblemCode,
} from '#contract';
import { isDatabaseFault, OutcomeUnknown } from '#db/database.ts';
import type { Calls } from './calls/calls.ts';
import type { Anchors } from './calls/at.ts';
import { pageStartOf } from './calls/page.ts';
import { parseNewCall } from './calls/request.ts';
import type { CallReads } from './calls/reads.ts';
import { createDeliveriesPage } from './desk-page.ts';
import type { Access } from './http/access.ts';
import type { DeliveryDesk } from './http/deliveries.ts';

export interface PagesDeps {
	version: string;
	/** The configured public address, if any. */
	appUrl: string | null;
	access: Access;
	calls: Calls;
	reads: CallReads;
	anchors: Anchors;
	/** null if the provider is another server (PROVIDER_URL), whose deliveries this server cannot read. */
	desk: DeliveryDesk | null;
	now(): number;
	onBug(error: unknown, requestId: string): void;
}

/** The problem behind each error status, for clients that do not accept HTML. */
const REFUSALS: Partial<Record<number, [code: ProblemCode, detail: string]>> = {
	400: ['invalid_input', 'The address or the form cannot be read. Send forms as UTF-8. Scripts use /api.'],
	401: ['unauthorized', 'Sign in at /login. Scripts use /api, with the API_TOKEN as Authorization: Bearer.'],
	404: ['not_found', 'This page does not exist. The API is at /api: check for a doubled or missing slash.'],
	405: ['method_not_allowed', 'This page does not support the method of the request. Scripts use /api.'],
	413: ['body_too_large', 'Send at most 512 KiB in a form.'],
	415: ['unsupported_media_type', 'Send a form: application/x-www-form-urlencoded or multipart/form-data, as UTF-8.'],
	500: ['internal_error', INTERNAL_ERROR],
};

/** Creates the object through which the SvelteKit pages use the server (see src/contract/pages.ts). */
export function createPages({ version, appUrl, access, calls, reads, anchors, desk, now, onBug }: PagesDeps): Pages {
	const deliveriesPage = createDeliveriesPage({ desk, reads, now });

	async function anchored(query: CallQuery, at: string): Promise<CallQuery> {
		const page = await anchors.tokenAt(query, at);
		return page === null ? query : { ...query, page };
	}

	return {
		version,
		appUrl,
		protected: access.protected,
		logError: onBug,
		problemOf(status) {
			const refusal = REFUSALS[status];
			return refusal === undefined ? null : new ProblemError(...refusal).toProblem();
		},
		maySeePages(cookie) {
			return access.hasValidSession(cookie ?? undefined);
		},
		calls: (params) =>
			resultOf(async () => {
				// A link may carry parameters of other programs. REST rejects unknown parameters, a page ignores them.
				const parsed = parseQuery(CallQuery, valuesOf(params, Object.keys(CallQuery.shape)), 'The address');
				const at = parsed.page === undefined ? (params.get('at') ?? '') : '';
				const query = at === '' ? parsed : await anchored(parsed, at);
				const [found, shareBefore] = [await reads.list(query), await anchors.shareBefore(query)];
				// A page that was read backward from the end has a `nextPage`, although nothing follows.
				const page = at === 'end' ? { ...found, nextPage: null } : found;
				const back = pageStartOf(query)?.back ?? false;
				const { byStatus } = await reads.stats();
				const total = byStatus.PENDING + byStatus.COMPLETED + byStatus.FAILED;
				const counts = { total, pending: byStatus.PENDING, at: new Date(now()).toISOString() };
				return { page, query, back, shareBefore, ...counts };
			}),
		create: (input) => resultOf(() => calls.create(parseNewCall(input))),
		deliveries: (params) =>
			resultOf(() =>
				deliveriesPage(
					parseQuery(DeliveriesQuery, valuesOf(params, Object.keys(DeliveriesQuery.shape)), 'The address'),
				),
			),
		deadLetters: async () => (await desk?.count({ state: ['dead'] })) ?? 0,
	};
}

function valuesOf(params: URLSearchParams, known: readonly string[]): Record<string, string[]> {
	return Object.fromEntries(known.filter((name) => params.has(name)).map((name) => [name, params.getAll(name)]));
}

/** Runs `work` and returns its result or its problem. Throws other errors, so that SvelteKit shows its error page. */
async function resultOf<T>(work: () => Promise<T>): Promise<PageResult<T>> {
	try {
		return { ok: await work() };
	} catch (error) {
		if (error instanceof ProblemError) return { problem: error.toProblem() };
		if (!isDatabaseFault(error)) throw error;
		const detail =
			error instanceof OutcomeUnknown
				? 'The call may have been placed. Check the list before you place it again.'
				: 'The database is not available now. Nothing was changed. Try again.';
		return { problem: new ProblemError('database_unavailable', detail).toProblem() };
	}
}
