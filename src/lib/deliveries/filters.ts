import type { DeliveryGroup, DeskQuery, RedeliverMany } from '#contract';
import { DELIVERY_GROUPS } from '#contract/words.ts';
import { addressOf } from '#lib/ui/address.ts';

const PATH = '/deliveries';
type Parameter = 'state' | 'callId' | 'code' | 'page';

/** The address of the page with these parameters changed; its first page, unless `page` is among them. */
export const address = (params: URLSearchParams, changes: Partial<Record<Parameter, readonly string[]>> = {}): string =>
	addressOf(PATH, params, changes);

export const GROUP_NAMES = Object.keys(DELIVERY_GROUPS) as DeliveryGroup['name'][];

/** The group that was asked for alone; null for all, and for a mixture. */
export function chosen({ state }: DeskQuery): DeliveryGroup['name'] | null {
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
	/** `call: Ada Lovelace`, as a sentence names it. */
	words: string;
	value: string;
}

/** The filters that are on beside the state, in words. */
export function active({ callId, code }: DeskQuery, customers: Readonly<Record<string, string>>): Active[] {
	const found: Active[] = [];
	if (callId !== undefined) {
		const value = customers[callId] ?? callId;
		found.push({ filter: 'callId', value, words: `call: ${value}` });
	}
	if (code !== undefined) found.push({ filter: 'code', value: String(code), words: `answer: ${code}` });
	return found;
}

/** All of a group that match and are sent again together. */
export function againOf(
	{ name, states }: Pick<DeliveryGroup, 'name' | 'states'>,
	{ callId, code }: DeskQuery,
): NonNullable<RedeliverMany['filter']> {
	return {
		state: DELIVERY_GROUPS[name].again.filter((state) => states.includes(state)),
		...(callId === undefined ? {} : { callId }),
		...(code === undefined ? {} : { code }),
	};
}
