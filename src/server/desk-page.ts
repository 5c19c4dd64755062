import {
	DELIVERY_GROUPS,
	ProblemError,
	type Attempt,
	type Delivery,
	type DeliveryGroup,
	type DeliveriesQuery,
	type DeliveriesView,
} from '#contract';
import type { CallReads } from './calls/reads.ts';
import type { DeliveryDesk } from './http/deliveries.ts';

export interface DeliveriesPageDeps {
	/** null if the provider is another server (PROVIDER_URL), whose deliveries this server cannot read. */
	desk: DeliveryDesk | null;
	reads: Pick<CallReads, 'customers'>;
	now(): number;
}

type GroupName = DeliveryGroup['name'];
const NAMES = Object.keys(DELIVERY_GROUPS) as GroupName[];
const { pending, failed } = DELIVERY_GROUPS;
const PAGE = 20;
/** Page size per group when one page shows several groups. */
const GROUP_PAGE = 10;
/** How much of a body a page shows, in characters. REST returns all that is stored. */
const BODY_SHOWN = 2_000;
/** How long a page keeps looking for matching deliveries when the list returns short pages. */
const SEARCH_MS = 1_000;
const MASKED = /^(webhook-signature|authorization|cookie|set-cookie)$/i;

/**
 * Returns a function that reads the deliveries page. That function throws `invalid_page` for a page token of
 * another list or of several groups.
 */
export function createDeliveriesPage({
	desk,
	reads,
	now,
}: DeliveriesPageDeps): (query: DeliveriesQuery) => Promise<DeliveriesView> {
	async function group(
		from: DeliveryDesk,
		{ name, states }: Pick<DeliveryGroup, 'name' | 'states'>,
		{ callId, code, page }: DeliveriesQuery,
		limit: number,
	): Promise<DeliveryGroup> {
		const filter = { callId, code };
		const deliveries: Delivery[] = [];
		let nextPage: string | null = page ?? null;
		const until = performance.now() + SEARCH_MS;
		do {
			const next = { ...filter, state: states, limit: limit - deliveries.length };
			const found = await from.list(nextPage === null ? next : { ...next, page: nextPage });
			deliveries.push(...found.deliveries);
			nextPage = found.nextPage;
		} while (nextPage !== null && deliveries.length < limit && performance.now() < until);
		const sent = DELIVERY_GROUPS[name].again.filter((state) => states.includes(state));
		const countable = name !== 'delivered' || callId !== undefined;
		const again = countable ? await from.redeliverMany({ filter: { ...filter, state: sent }, dryRun: true }) : null;
		return { name, states, deliveries: deliveries.map(sanitized), nextPage, again };
	}

	return async (query) => {
		const at = new Date(now()).toISOString();
		const none = { query, groups: [], pending: 0, failed: 0, customers: {}, at };
		if (!desk) return { ...none, foreign: true };
		const wanted = groupsOf(query.state);
		const others = { callId: query.callId, code: query.code };
		if (query.page !== undefined && wanted.length > 1)
			throw new ProblemError(
				'invalid_page',
				'A page token needs the states of one group: pending and retrying, dead, delivered, or canceled. Filter by them, or leave out page.',
			);
		const all = await Promise.all(wanted.map((one) => group(desk, one, query, wanted.length > 1 ? GROUP_PAGE : PAGE)));
		const groups = all.filter(({ deliveries, nextPage }) => deliveries.length > 0 || nextPage !== null);
		const ids = new Set(groups.flatMap(({ deliveries }) => deliveries.map(({ callId }) => callId)));
		return {
			query,
			groups,
			foreign: false,
			at,
			pending: await desk.count({ ...others, state: [...pending.states] }),
			failed: await desk.count({ ...others, state: [...failed.states] }),
			customers: await reads.customers([...ids]),
		};
	};
}

/** The groups of the requested states, each with only those of its states that were requested. */
function groupsOf(wanted: DeliveriesQuery['state']): Pick<DeliveryGroup, 'name' | 'states'>[] {
	return NAMES.map((name) => ({
		name,
		states: DELIVERY_GROUPS[name].states.filter((state) => wanted?.includes(state) ?? true),
	})).filter(({ states }) => states.length > 0);
}

/** A delivery that is safe to show on a page: credentials masked, bodies cut. */
export function sanitized(delivery: Delivery): Delivery {
	return { ...delivery, attempts: delivery.attempts.map(sanitizedAttempt) };
}

function sanitizedAttempt({ request, response, ...attempt }: Attempt): Attempt {
	return {
		...attempt,
		request: { headers: masked(request.headers), body: request.body.slice(0, BODY_SHOWN) },
		response: response && {
			...response,
			headers: masked(response.headers),
			body: response.body.slice(0, BODY_SHOWN),
			truncated: response.truncated || response.body.length > BODY_SHOWN,
		},
	};
}

/** Masks the credentials in headers. A signature keeps its scheme: `v1,••••••••`. */
function masked(headers: Record<string, string>): Record<string, string> {
	const mask = (value: string): string => `${/^v\d+a?,/.exec(value)?.[0] ?? ''}••••••••`;
	return Object.fromEntries(
		Object.entries(headers).map(([name, value]) => [name, MASKED.test(name) ? mask(value) : value]),
	);
}
