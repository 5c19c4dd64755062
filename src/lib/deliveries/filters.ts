import type { DeliveryGroup, DeliveriesQuery, RedeliverMany } from '#contract';
import { DELIVERY_GROUPS } from '#contract/words.ts';
import { addressOf } from '#lib/ui/address.ts';

const PATH = '/deliveries';
type Parameter = 'state' | 'callId' | 'code' | 'page';

/**
 * Returns the address of the deliveries page with these parameters changed. The address names the first page,
 * unless `page` is among the changes.
 */
export const address = (params: URLSearchParams, changes: Partial<Record<Parameter, readonly string[]>> = {}): string =>
	addressOf(PATH, params, changes);

export const GROUP_NAMES = Object.keys(DELIVERY_GROUPS) as DeliveryGroup['name'][];

/**
 * Returns the group whose states are exactly those of the query. Returns null for all states, and for any other
 * mixture.
 */
export function chosen({ state }: DeliveriesQuery): DeliveryGroup['name'] | null {
	const wanted = new Set<string>(state);
	return (
		GROUP_NAMES.find((name) => {
			const { states } = DELIVERY_GROUPS[name];
			return states.length === wanted.size && states.every((one) => wanted.has(one));
		}) ?? null
	);
}

export interface Active {
	filter: 'callId' | 'code';
	/** For example `call: Ada Lovelace`, as used in a sentence. */
	words: string;
	value: string;
}

/** Returns the active filters except the state, in words. */
export function active({ callId, code }: DeliveriesQuery, customers: Readonly<Record<string, string>>): Active[] {
	const found: Active[] = [];
	if (callId !== undefined) {
		const value = customers[callId] ?? callId;
		found.push({ filter: 'callId', value, words: `call: ${value}` });
	}
	if (code !== undefined) found.push({ filter: 'code', value: String(code), words: `response: ${code}` });
	return found;
}

/**
 * Returns the filter of a bulk redelivery: the deliveries of a group that match the page's filters and may be sent
 * again.
 */
export function againOf(
	{ name, states }: Pick<DeliveryGroup, 'name' | 'states'>,
	{ callId, code }: DeliveriesQuery,
): NonNullable<RedeliverMany['filter']> {
	return {
		state: DELIVERY_GROUPS[name].again.filter((state) => states.includes(state)),
		...(callId === undefined ? {} : { callId }),
		...(code === undefined ? {} : { code }),
	};
}
