import type { Page } from '@playwright/test';
import type { CallPage } from '#contract';
import { APART_MS, idOf, NEWEST_AT } from '#tests/support/history.ts';
import { test as behindProxy } from './proxy.ts';
import { expect, expectConnection, frames, openDashboard, rowOf, step, test, type Server } from './server.ts';

/** A table row that is visible below the sticky head. */
interface Seen {
	id: string;
	name: string;
	/** Distance from the top of the window, in pixels. */
	y: number;
}

const ROWS_MAX = 200;
/**
 * The height of a row in pixels. One scroll by `WHEEL` rows loads page by page; `FLING` rows are too many for that.
 */
const ROW_PX = 42;
const WHEEL = 900;
const FLING = 19_000;

/**
 * Waits until the page has scrolled away from `y`, is at rest, and rows fill the screen. Returns the visible rows and
 * the number of rendered rows.
 */
function filled(page: Page, y: number | null = null): Promise<{ seen: Seen[]; rows: number }> {
	return page.evaluate(async (y) => {
		for (let last = NaN; ;) {
			await new Promise(requestAnimationFrame);
			// Waits until the frame has ended, after which the page knows the new sizes.
			await new Promise((resolve) => setTimeout(resolve));
			const body = document.querySelector('table.calls tbody');
			const moves = scrollY !== last;
			last = scrollY;
			// The page must have moved by two rows (84 px), because a smooth scroll may begin with less than one.
			if (!body || moves || (y !== null && Math.abs(scrollY - y) < 84)) continue;
			const rows = [...body.querySelectorAll<HTMLElement>('[data-call]')];
			const all = body.getBoundingClientRect();
			const top = Math.max(all.top, Number.parseFloat(getComputedStyle(body).scrollMarginTop));
			const bottom = Math.min(all.bottom, innerHeight);
			const on = rows
				.map((row) => ({ row, at: row.getBoundingClientRect() }))
				.filter(({ at }) => at.bottom > top + 1 && at.top < bottom - 1)
				.sort((a, b) => a.at.top - b.at.top);
			const drawn = on.reduce((sum, { at }) => sum + Math.min(at.bottom, bottom) - Math.max(at.top, top), 0);
			if (on.length === 0 || drawn < bottom - top - 1) continue;
			const seen = on.map(({ row, at }) => ({
				id: row.dataset.call ?? '',
				name: row.querySelector('bdi')?.textContent ?? '',
				y: at.top,
			}));
			return { seen, rows: rows.length };
		}
	}, y);
}

/** Waits like `filled`, and expects the rows in the order of the whole list. */
async function settled(page: Page, placeOf: (id: string) => number, y: number | null = null): Promise<Seen[]> {
	const { seen, rows } = await filled(page, y);
	expect(rows).toBeLessThanOrEqual(ROWS_MAX);
	const places = seen.map(({ id }) => placeOf(id));
	expect(places).toEqual(places.map((_, i) => places[0]! + i));
	return seen;
}

/** Returns the first thousand ids of the history from REST, in this order. */
async function someIds(server: Server, order: 'newest' | 'oldest'): Promise<string[]> {
	const ids: string[] = [];
	for (let token: string | null = ''; token !== null && ids.length < 1_000;) {
		const page: CallPage = await server.api('GET', `/api/calls?limit=200&order=${order}&page=${token}`);
		ids.push(...page.calls.map(({ id }) => id));
		token = page.nextPage;
	}
	return ids;
}

/** Returns a function from a call's id to its place in a list of `calls` calls. The newest call has place 0. */
const placeIn =
	(calls: number) =>
	(id: string): number =>
		calls - Number.parseInt(id.slice(-12), 16);
type PlaceOf = ReturnType<typeof placeIn>;

/** Scrolls, and waits until the page has moved and rows fill the screen. Returns the place of the first row. */
async function scrolled(page: Page, placeOf: PlaceOf, scroll: () => Promise<void>): Promise<number> {
	const before = await page.evaluate(() => scrollY);
	await scroll();
	return placeOf((await settled(page, placeOf, before))[0]!.id);
}
const turn = (page: Page, placeOf: PlaceOf, by: number): Promise<number> =>
	scrolled(page, placeOf, () => page.mouse.wheel(0, by));

test.describe('a hundred thousand calls', () => {
	const CALLS = 100_000;
	const placeOf = placeIn(CALLS);
	const nameAt = (place: number): string => `Caller ${CALLS - place}`;
	const press = (page: Page, key: string): Promise<number> => scrolled(page, placeOf, () => page.keyboard.press(key));
	/**
	 * Returns how many pixels to scroll with `left` rows left: a fling far from the end, else a turn of the wheel.
	 */
	const stride = (left: number): number => ROW_PX * Math.min(FLING, Math.max(WHEEL, left - 2_000));
	test.use({ calls: CALLS });

	test('[D51, D52] are scrolled to the end and back, by wheel and by keyboard: the rows are the right ones, and never more than 200', async ({
		page,
		server,
	}) => {
		test.slow(); // some twenty turns of the wheel
		await openDashboard(page, server);
		// The places computed from ids match the list.
		expect((await someIds(server, 'newest')).map(placeOf)).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
		expect((await someIds(server, 'oldest')).map(placeOf)).toEqual(
			Array.from({ length: 1_000 }, (_, i) => CALLS - 1 - i),
		);
		await settled(page, placeOf);
		await page.mouse.move(900, 500);

		await step('[D51] by wheel: the rows are the right ones, and never more than 200', async () => {
			let at = 0;
			while (at < 2_000) at = await turn(page, placeOf, WHEEL * ROW_PX);
			while (at < CALLS - 1_000) {
				const from = at;
				at = await turn(page, placeOf, stride(CALLS - at));
				expect(at).toBeGreaterThan(from);
			}
			await turn(page, placeOf, WHEEL * ROW_PX);
			await expect(rowOf(page, nameAt(CALLS - 1)).last()).toBeInViewport();
			await expect(page.getByRole('table')).toHaveAttribute('aria-rowcount', String(CALLS + 1));
			at = CALLS;
			while (at > CALLS - 2_000) at = await turn(page, placeOf, -WHEEL * ROW_PX);
			while (at > 0) {
				const from = at;
				at = await turn(page, placeOf, -stride(at));
				expect(at).toBeLessThan(from);
			}
			await expect(rowOf(page, nameAt(0))).toHaveAttribute('aria-rowindex', '2');
			// The URL returns to that of the list's beginning.
			await expect(page).toHaveURL(`${server.url}/`);
		});

		await step('[D52] by keyboard: the ends at once, and screen by screen from there', async () => {
			const requests: string[] = [];
			page.on('request', (request) => requests.push(request.url()));
			await press(page, 'End');
			expect((await settled(page, placeOf)).at(-1)).toMatchObject({ name: nameAt(CALLS - 1) });
			await expect(rowOf(page, nameAt(CALLS - 1)).last()).toHaveAttribute('aria-rowindex', String(CALLS + 1));
			// After a jump a slow browser may drop one press (docs/decisions/0010).
			const end = await page.evaluate(() => scrollY);
			await expect(async () => {
				await page.keyboard.press('PageUp');
				await page.waitForFunction((end) => scrollY < end, end, { timeout: 1_000 });
			}).toPass();
			let at = placeOf((await settled(page, placeOf))[0]!.id);
			for (let pages = 1; pages < 10; pages++) {
				const from = at;
				at = await press(page, 'PageUp');
				expect(at).toBeLessThan(from);
			}
			await press(page, 'Home');
			expect((await settled(page, placeOf))[0]).toMatchObject({ name: nameAt(0) });
			// No page in between was loaded.
			expect(requests.filter((url) => url.includes('/api/calls')).length).toBeLessThan(20);
		});

		await step('[D52] from row to row with the focus', async () => {
			const errors: string[] = [];
			page.on('pageerror', ({ message }) => errors.push(message));
			const focused = page.locator('[data-call]:focus-within bdi');
			await rowOf(page, nameAt(3)).getByRole('button').focus();
			await page.keyboard.press('ArrowDown');
			await expect(focused).toHaveText(nameAt(4));
			await page.keyboard.press('PageDown');
			await expect(focused).not.toHaveText(nameAt(4));
			await page.keyboard.press('ArrowUp');
			await page.keyboard.press('End');
			await expect(focused).toHaveText(nameAt(CALLS - 1));
			await page.keyboard.press('Home');
			await expect(focused).toHaveText(nameAt(0));
			// The focused row stays rendered when it is scrolled away, and the keyboard can return to it.
			await turn(page, placeOf, 20_000);
			await expect(focused).toHaveText(nameAt(0));
			await page.keyboard.press('ArrowDown');
			await expect(focused).toHaveText(nameAt(1));
			await expect(rowOf(page, nameAt(1))).toBeInViewport();
			expect(errors).toEqual([]);
		});
	});
});

const CALLS = 5_000;
const placeOf = placeIn(CALLS);
const nameAt = (place: number): string => `Caller ${CALLS - place}`;

test.describe('in motion', () => {
	test.use({ calls: CALLS, contextOptions: { reducedMotion: 'no-preference' } });

	test('[D53] keeps visible rows in place while calls are created, changed and deleted, and shows new ones behind a pill', async ({
		page,
		server,
	}) => {
		let asked = 0;
		await page.route(
			(url) => url.pathname === '/api/calls',
			(route) => {
				asked++;
				return route.fulfill({ status: 429, json: { detail: 'Too many requests.' } });
			},
		);
		await openDashboard(page, server);
		await step('a page that is refused is not asked for again by itself, and comes when the reader asks', async () => {
			await expect(page.locator('.pager')).toContainText('could not be loaded');
			await server.create({ customerName: 'Tick', scheduledAt: '2099-01-01T00:00:00Z' });
			await expect(rowOf(page, 'Tick')).toBeVisible();
			const before = asked;
			// Waits for several ticks of the page's clock.
			await expect(rowOf(page, 'Tick')).toContainText(/[2-9] s ago/);
			expect(asked).toBe(before);
			await page.unrouteAll();
			await page.getByRole('button', { name: 'Try again' }).click();
			await expect(page.locator('.pager')).not.toContainText('could not be loaded');
			await page.keyboard.press('Home');
			await expect(rowOf(page, 'Tick')).toBeInViewport();
		});

		const pill = page.getByRole('link', { name: /new calls?$/ });
		await step('[D53] the visible rows keep their place, and new calls wait behind a pill', async () => {
			await page.mouse.move(900, 500);
			await turn(page, placeOf, 30_000);
			const where = async (): Promise<Seen> => (await filled(page)).seen[3]!;
			const read = await where();
			const stays = async (): Promise<void> => {
				const { seen } = await filled(page);
				expect(seen.find(({ id }) => id === read.id)?.y).toBeCloseTo(read.y, 0);
			};
			for (const customerName of ['Nora', 'Omar', 'Pia']) await server.create({ customerName });
			await expect(pill).toHaveText('3 new calls');
			await stays();
			// Deletes two calls above the row that is read, and one above all loaded rows.
			for (const place of [placeOf(read.id) - 5, placeOf(read.id) - 30, 3])
				await server.api('DELETE', `/api/calls/${idOf(CALLS - place)}`);
			const changed = await where();
			await server.api('PATCH', `/api/calls/${changed.id}`, { status: 'COMPLETED' });
			await server.api('PATCH', `/api/calls/${changed.id}`, { status: 'FAILED' });
			await expect(page.locator(`[data-call="${changed.id}"]`)).toContainText('Edited manually');
			await expect(page.locator('.pager')).toContainText('5,001 calls');
			await stays();
			await pill.click();
			await expect(rowOf(page, 'Pia')).toBeInViewport();
			await expect(pill).toHaveCount(0);
			expect((await filled(page)).seen.slice(0, 4).map(({ name }) => name)).toEqual(['Pia', 'Omar', 'Nora', 'Tick']);
		});

		await step('[D53] the pill scrolls back smoothly from near', async () => {
			await page.mouse.wheel(0, 2_000);
			await filled(page, 0);
			await server.create({ customerName: 'Rosa' });
			await expect(pill).toHaveText('1 new call');
			await pill.click();
			await expect(rowOf(page, 'Rosa')).toBeInViewport();
			expect((await filled(page)).seen.slice(0, 2).map(({ name }) => name)).toEqual(['Rosa', 'Pia']);
		});
	});

	test('[D52, D57] a jump loses no key and no turn of the wheel, ends no scroll, and goes to the same place again; the focus stays on its row', async ({
		page,
		server,
	}) => {
		await openDashboard(page, server);
		await settled(page, placeOf);
		await page.mouse.move(900, 500);

		await step('[D57] a jump loses no key that comes in its moment, and ends no scroll', async () => {
			for (const [jump, key, down] of [
				['End', 'PageUp', false],
				['Home', 'PageDown', true],
			] as const) {
				const gone = page.evaluate(async (key) => {
					const told = { scrolls: 0, by: 0 };
					const scroll = window.scrollTo.bind(window);
					// Counts the list's own scrolls. The router must not scroll.
					window.scrollTo = ((...to: [number, number]) => (told.scrolls++, scroll(...to))) as typeof scrollTo;
					const from = scrollY;
					while (scrollY === from) await new Promise(requestAnimationFrame);
					// Presses the key in the frame of the jump, in which the browser itself would drop the scroll.
					const at = scrollY;
					document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
					for (let frames = 0; frames < 30; frames++) await new Promise(requestAnimationFrame);
					window.scrollTo = scroll;
					return { ...told, by: scrollY - at };
				}, key);
				await page.keyboard.press(jump);
				const { scrolls, by } = await gone;
				expect(scrolls).toBe(1);
				expect(down ? by : -by).toBeGreaterThan(300);
			}
		});

		await step('[D57] a jump loses no turn of the wheel that comes in its moment', async () => {
			const TURN_PX = 600;
			await page.exposeFunction('turnWheel', (by: number) => page.mouse.wheel(0, by));
			for (const [jump, by] of [
				['End', -TURN_PX],
				['Home', TURN_PX],
			] as const) {
				const gone = page.evaluate(async (by) => {
					const { turnWheel } = window as unknown as { turnWheel(by: number): Promise<void> };
					const from = scrollY;
					while (Math.abs(scrollY - from) < 10_000) await new Promise(requestAnimationFrame);
					// Turns the wheel in the frame of the jump.
					const at = scrollY;
					await turnWheel(by);
					// A turn of the wheel scrolls smoothly. The turn is over when two checks see the same position.
					for (let frames = 0, y = NaN; frames < 300 && (y !== scrollY || y === at); frames++) {
						y = scrollY;
						for (let i = 0; i < 10; i++) await new Promise(requestAnimationFrame);
					}
					return scrollY - at;
				}, by);
				await page.keyboard.press(jump);
				expect((await gone) / by).toBeCloseTo(1, 1);
			}
		});

		await step('[D57] the same place again, once the reader has left it, is one load each', async () => {
			const loads: (string | null)[] = [];
			page.on('request', (request) => {
				const { pathname, searchParams } = new URL(request.url());
				if (pathname === '/__data.json') loads.push(searchParams.get('at'));
			});
			const days = page.getByLabel('Calls on this date');
			for (const [at, goes] of [
				['end', () => page.keyboard.press('End')],
				[
					'2026-11-19T22:59:59.999Z',
					async () => {
						await page.getByRole('button', { name: 'Jump to date' }).click();
						await days.fill('2026-11-19');
						await page.keyboard.press('Enter');
					},
				],
			] as const) {
				const names: string[] = [];
				for (let turn = 0; turn < 2; turn++) {
					await goes();
					await expect(page).toHaveURL(`${server.url}/?${new URLSearchParams({ at }).toString()}`);
					names.push((await filled(page)).seen[0]!.name);
					expect(loads.filter((to) => to === at)).toHaveLength(turn + 1);
					// Scrolls from the end into the middle, or from the day to the beginning. At rest, the URL
					// names the new place.
					await page.mouse.wheel(0, -70_000);
					await expect(page).toHaveURL(/\/(\?at=[\da-f]{8}-.*)?$/);
					expect((await filled(page)).seen[0]!.name).not.toBe(names[0]);
				}
				expect(names[1]).toBe(names[0]);
			}
		});

		await step(
			'[D52] the focus stays on its row while the list is scrolled away from it, step by step, and back',
			async () => {
				await rowOf(page, 'Caller 4996').getByRole('button').focus();
				const focused = () => page.evaluate(() => document.activeElement?.closest('tr')?.textContent ?? 'nothing');
				for (const by of [250, -250]) {
					for (let i = 0; i < 12; i++) {
						const from = await page.evaluate(() => scrollY);
						await page.mouse.wheel(0, by);
						await page.waitForFunction((y) => scrollY !== y || scrollY === 0, from);
					}
					expect(await focused()).toContain('Caller 4996');
				}
			},
		);
	});
});

test.describe('some calls', () => {
	test.use({ calls: CALLS });

	test('[D51] a list is opened at its end where rows fold', async ({ page, server }) => {
		for (const [width, address] of [
			[360, '/?at=end'],
			[768, '/?at=end'],
			[360, '/?status=COMPLETED&at=end'],
		] as const)
			await step(`[D51] ${address}, ${width} wide`, async () => {
				await page.setViewportSize({ width, height: 740 });
				await openDashboard(page, server, address);
				expect((await filled(page)).seen.at(-1)).toMatchObject({ name: 'Caller 1' });
				await expect(rowOf(page, 'Caller 1').last()).toBeInViewport();
			});
	});

	test('[D55] a day is gone to, by the control and by a link; the place outlives a reload and the way back', async ({
		page,
		server,
	}) => {
		const days = page.getByLabel('Calls on this date');
		const goTo = async (day: string): Promise<void> => {
			await page.getByRole('button', { name: 'Jump to date' }).click();
			await days.fill(day);
			await page.keyboard.press('Enter');
		};
		await page.setViewportSize({ width: 360, height: 740 });
		await openDashboard(page, server);

		await step('[D55] an empty day and a future day are refused', async () => {
			for (const [day, words] of [
				['', 'Choose a date.'],
				['2999-01-01', 'This date is in the future. Choose today or an earlier date.'],
			] as const) {
				await page.getByRole('button', { name: 'Jump to date' }).click();
				await days.fill(day);
				await page.getByRole('button', { name: 'Jump', exact: true }).click();
				await expect(days).toHaveAccessibleDescription(words);
				await page.keyboard.press('Escape');
			}
			await expect(page).toHaveURL(`${server.url}/`);
		});

		await step('[D55] a day is gone to, and the place outlives a reload', async () => {
			await goTo('2026-11-18');
			await expect(page).toHaveURL(/at=2026-11-18T22%3A59%3A59\.999Z/);
			// The last call before midnight in Berlin, which is 23:00 in UTC.
			const midnight = Math.ceil((NEWEST_AT - Date.parse('2026-11-18T22:59:59.999Z')) / APART_MS);
			expect((await settled(page, placeOf))[0]).toMatchObject({ name: nameAt(midnight) });
			await page.mouse.move(180, 500);
			const at = await turn(page, placeOf, 3_000);
			await expect(page).toHaveURL(new RegExp(`at=${idOf(CALLS - at)}`));
			await page.reload();
			expect(placeOf((await settled(page, placeOf))[0]!.id)).toBe(at);
		});

		await step('[D55] a link leads to a day, and the list continues above it', async () => {
			await page.goto(`${server.url}/?at=2026-11-18`);
			await expectConnection(page, 'Live');
			const [first] = await settled(page, placeOf);
			expect(placeOf(first!.id)).toBe(Math.ceil((NEWEST_AT - Date.parse('2026-11-18T23:59:59.999Z')) / APART_MS));
			expect(await turn(page, placeOf, -2_000)).toBeLessThan(placeOf(first!.id));
		});

		await step('[D55] a day without calls is said, with what is shown instead', async () => {
			for (const width of [360, 1440]) {
				await page.setViewportSize({ width, height: 740 });
				await goTo('0001-01-01');
				const note = page.getByText('No calls before 17 Nov 2026. These are the oldest.');
				// The filter bar shows the same note until the page knows that the bar is out of sight.
				await expect(note).toHaveCount(1);
				await expect(note).toBeInViewport({ ratio: 1 });
				await page.evaluate(() => scrollTo(0, 0));
				await expect(page.getByText('No calls before')).toHaveCount(0);
			}
		});

		await step('[D55] Enter in the search searches, also where a day could be gone to', async () => {
			await page.getByRole('button', { name: 'Jump to date' }).click();
			await days.fill('2026-11-19');
			await page.keyboard.press('Escape');
			await page.getByLabel('Search name or number').fill('Caller 4123');
			await page.keyboard.press('Enter');
			await expect(page).toHaveURL(`${server.url}/?q=Caller+4123`);
			await expect(page.locator('[data-call]')).toHaveCount(1);
			await expect(rowOf(page, 'Caller 4123')).toBeVisible();
			await expect(page).toHaveURL(`${server.url}/?q=Caller+4123`);
		});
	});
});

behindProxy.describe('a list that is loaded again, over the event stream', () => {
	behindProxy.use({
		calls: CALLS,
		env: { PROVIDER_DELAY_MS_MIN: '60000', PROVIDER_DELAY_MS_MAX: '60000' },
	});

	/**
	 * Clears the run `rare`, every thousandth call. Over the event stream only the server can count the remaining calls.
	 */
	async function clearRare(page: Page, server: Server, left: string): Promise<void> {
		await server.api('DELETE', '/api/calls?run=rare');
		await expect(page.locator('.pager')).toContainText(`${left} calls`);
	}
	/** Expects that the remaining rows have kept their positions. */
	function expectSame(before: readonly Seen[], after: readonly Seen[], gone: string | null = null): void {
		const from = before.findIndex(({ id }) => id !== gone);
		expect(after.find(({ id }) => id === before[from]!.id)?.y).toBeCloseTo(before[from]!.y, 0);
		expect(before.length).toBeGreaterThan(5);
		const left = before.filter(({ id }) => id !== gone).map(({ name }) => name);
		expect(after.map(({ name }) => name)).toEqual(expect.arrayContaining(left));
	}

	behindProxy(
		'[D58, D60] stays where it is read, and is loaded every two seconds at most while unseen calls are deleted',
		async ({ page, server, between }) => {
			await step('[D58] it stays at rest, at its end, in motion, and where the first row is gone', async () => {
				const rareAgain = async (): Promise<void> => {
					await server.create({ run: 'rare' });
					await expect(page.locator('.pager')).toContainText('4,996 calls');
				};
				await page.goto(`${between.url}/?at=${idOf(3_000)}`);
				// The script moves the list to its place when it starts.
				await page.waitForFunction(() => scrollY > 10_000);
				await page.evaluate(() => scrollBy(0, 20));
				let { seen } = await filled(page);
				expect(seen[0]).toMatchObject({ name: 'Caller 3000' });
				// A notice that appears above the list does not move the rows either.
				await expectConnection(page, 'Live over the event stream');
				await expect(page.getByText('blocks WebSockets')).toHaveCount(1);
				expectSame(seen, (await filled(page)).seen);
				// The top row belongs to the cleared run.
				await clearRare(page, server, '4,995');
				expectSame(seen, (await filled(page)).seen, idOf(3_000));

				await page.keyboard.press('End');
				await expect(rowOf(page, 'Caller 1').last()).toBeInViewport();
				await rareAgain();
				({ seen } = await filled(page));
				await clearRare(page, server, '4,995');
				expectSame(seen, (await filled(page)).seen);

				// Clears the run before scrolling stops. Until then, the URL names another place.
				await rareAgain();
				await page.evaluate(() => scrollBy(0, -30_000));
				({ seen } = await filled(page));
				await clearRare(page, server, '4,995');
				expectSame(seen, (await filled(page)).seen);
			});

			await step('[D60] it is loaded every two seconds at most, while unseen calls are deleted', async () => {
				await page.keyboard.press('Home');
				await expect(rowOf(page, 'Caller 4999')).toBeInViewport();
				// While a call is pending, only the server knows whether the deleted calls were pending.
				await server.create({ customerName: 'Pending' });
				await expect(page.locator('.pager')).toContainText('4,996 calls');
				let loads = 0;
				page.on('request', (request) => (loads += new URL(request.url()).pathname === '/__data.json' ? 1 : 0));
				const { calls } = await server.api<{ calls: { id: string }[] }>('GET', '/api/calls?order=oldest&limit=200');
				const start = Date.now();
				let gone = 0;
				for (const { id } of calls) {
					if (Date.now() - start > 5_000) break;
					await server.api('DELETE', `/api/calls/${id}`);
					await frames(page);
					gone++;
				}
				await expect(page.locator('.pager')).toContainText(`${(4_996 - gone).toLocaleString('en')} calls`);
				expect(loads).toBeGreaterThan(0);
				expect(loads).toBeLessThanOrEqual(1 + Math.ceil((Date.now() - start) / 2_000));
			});
		},
	);
});
