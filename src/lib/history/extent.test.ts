import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Call, CallPage } from '#contract';
import { exampleCall } from '#lib/line/example.ts';
import * as extents from './extent.ts';
import type { Extent, Segment } from './extent.ts';
import { wanted } from './wants.ts';

const noon = Date.parse('2026-11-22T12:00:00.000Z');
const LIMIT = 5;
/** Returns call number `n`. Calls are created in order of `n`, two in each millisecond. */
const call = (n: number, seq = n): Call =>
	exampleCall({ id: `call-${n}`, createdAt: new Date(noon + (n >> 1)).toISOString(), seq });
const nOf = ({ id }: Call): number => Number(id.slice(5));

/**
 * Simulates a newest-first list with the server's keyset pages. If a page is read backwards and few calls come
 * before, the list returns its whole first page, as the server does.
 */
class List {
	ns: number[];
	/** The most rows of a page that is read forward. A search that stops early returns fewer than `LIMIT`. */
	short = LIMIT;
	constructor(count: number) {
		this.ns = Array.from({ length: count }, (_, i) => count - i);
	}
	page(token: string | null): CallPage {
		const n = Number(token?.slice(1));
		const back = token?.startsWith('b') ?? false;
		if (back) {
			const before = this.ns.filter((other) => other > n);
			if (before.length <= LIMIT) return this.page(null);
			return this.#answer(before.slice(-LIMIT), before[before.length - LIMIT]!, n - 1);
		}
		const after = token === null ? this.ns : this.ns.filter((other) => other < n);
		const rows = after.slice(0, this.short);
		const first = token === null ? null : (rows[0] ?? n - 1);
		return this.#answer(rows, first, after.length > rows.length ? (rows.at(-1) ?? n) : null);
	}
	#answer(rows: number[], first: number | null, last: number | null): CallPage {
		return {
			calls: rows.map((n) => call(n)),
			previousPage: first === null ? null : `b${first}`,
			nextPage: last === null ? null : `n${rows.at(-1) ?? last}`,
			cursor: 'a.0',
		};
	}
}

const rows = (extent: Extent): number[] => [...extents.loaded(extent)].map(([, row]) => nOf(row));
const isRising = (values: number[]): boolean => values.every((value, i) => i === 0 || value > values[i - 1]!);

/** Requests a page and adds it to the extent. */
function take(extent: Extent, list: List, where: 'next' | 'previous' | Segment, token: string | null): Extent {
	const page = list.page(token);
	if (where === 'next') return extents.append(extent, page);
	if (where === 'previous') return extents.prepend(extent, page);
	return extents.fill(extent, where, page);
}

/** Loads pages in the order of the real loader, until no page around the rows `from` to `to` is missing. */
function readAll(extent: Extent, list: List, from: number, to: number): Extent {
	let read = extent;
	for (let turns = 0; turns < 500; turns++) {
		const want = wanted(read, [from, to], true, 0);
		if (!want) return read;
		read = take(read, list, want.where, want.token);
	}
	throw new Error('It never comes to an end.');
}

describe('an extent', () => {
	it('can be read to its end and back, even with short pages', () => {
		const list = new List(23);
		list.short = 2;
		const whole = readAll(extents.begin(list.page('n12'), 'n12'), list, -50, 50);
		expect(rows(whole)).toEqual(list.ns);
		expect([whole.previous, whole.next]).toEqual([null, null]);
	});
	it('keeps its length and place when rows are dropped, and loads them again', () => {
		const list = new List(40);
		const whole = readAll(extents.begin(list.page(null), null), list, 0, 40);
		const light = extents.letGo(whole, 18, 22, () => false);
		expect(rows(light).length).toBeLessThan(20);
		expect(extents.countOf(light)).toBe(40);
		expect(rows(readAll(light, list, 0, 40))).toEqual(list.ns);
	});
	it('drops very far pages whole, and reads them again', () => {
		const list = new List(60);
		const whole = readAll(extents.begin(list.page(null), null), list, 0, 60);
		const light = extents.trim(
			extents.letGo(whole, 28, 32, () => false),
			20,
			40,
		);
		expect(light.segments.length).toBeLessThan(whole.segments.length);
		expect(light.lead).toBeGreaterThan(0);
		expect(rows(readAll(light, list, -60, 60))).toEqual(list.ns);
	});
	it('does not end at an empty page with a token', () => {
		const begun = extents.begin({ calls: [], nextPage: 'n9', previousPage: null }, null);
		expect([extents.countOf(begun), begun.next]).toEqual([0, 'n9']);
		const further = extents.append(begun, { calls: [], nextPage: 'n5', previousPage: 'b8' });
		expect(wanted(further, [0, 20], true, 0)).toEqual({ where: 'next', token: 'n5' });
	});
	it('is empty after all calls were cleared, also without dropped rows', () => {
		const list = new List(20);
		const whole = readAll(extents.begin(list.page(null), null), list, 0, 20);
		const light = extents.letGo(whole, 0, 3, () => false);
		expect(extents.change(light, [{ seq: 99, type: 'cleared', run: null }])).toEqual(extents.NOTHING);
	});
});

type Step =
	| { do: 'read'; at: number; down: boolean }
	| { do: 'drop'; at: number; near: number }
	| { do: 'forget'; at: number; near: number }
	| { do: 'arrive' }
	| { do: 'delete'; which: number };

const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ do: fc.constant('read' as const), at: fc.nat(60), down: fc.boolean() }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constant('drop' as const), at: fc.nat(60), near: fc.nat(12) }) },
	fc.record({ do: fc.constant('forget' as const), at: fc.nat(60), near: fc.integer({ min: 6, max: 30 }) }),
	fc.record({ do: fc.constant('arrive' as const) }),
	{ weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), which: fc.nat(80) }) },
);

it('[D50] rows keep their order, appear once and stay in place for the reader while rows are loaded, dropped, created and deleted', () => {
	fc.assert(
		fc.property(fc.array(step, { maxLength: 40 }), fc.nat(51), (steps, begins) => {
			const list = new List(50);
			let newest = 50;
			let seq = 100;
			const token = begins === 0 ? null : begins === 51 ? 'b0' : `n${begins + 1}`;
			let extent = extents.begin(list.page(token), token, token === 'b0');
			for (const one of steps) {
				const here = rows(extent);
				// The visible rows begin in the middle of the loaded rows.
				const reading = here.slice(here.length >> 1).map((n) => `call-${n}`);
				const places = extents.placesOf(extent, reading);
				let after = extent;
				if (one.do === 'read') {
					const want = wanted(extent, [one.at - 5, one.at + 5], one.down, 0);
					if (want) after = take(extent, list, want.where, want.token);
				} else if (one.do === 'drop') after = extents.letGo(extent, one.at - one.near, one.at + one.near, () => false);
				else if (one.do === 'forget')
					after = extents.trim(
						extents.letGo(extent, one.at, one.at + 1, () => false),
						one.at - one.near,
						one.at + one.near,
					);
				else if (one.do === 'arrive') {
					newest += 1;
					list.ns.unshift(newest);
					after = extents.enter(extent, call(newest, ++seq), true) ?? extent;
				} else if (list.ns.length > 0) {
					const [gone] = list.ns.splice(one.which % list.ns.length, 1);
					after = extents.change(extent, [{ seq: ++seq, type: 'deleted', id: `call-${gone!}` }]);
				}
				const held = extents.hold(extent, after, reading);
				expect(isRising(rows(held).toReversed())).toBe(true);
				for (const n of rows(held)) expect(list.ns).toContain(n);
				const now = extents.placesOf(held, reading);
				const stayed = reading.find((id) => now.has(id));
				if (stayed !== undefined) expect(held.lead + now.get(stayed)!).toBe(extent.lead + places.get(stayed)!);
				extent = held;
			}
			const whole = readAll(extent, list, -500, 500);
			expect(rows(whole)).toEqual(list.ns);
			expect([whole.previous, whole.next]).toEqual([null, null]);
		}),
		{ numRuns: 500 },
	);
}, 30_000);
