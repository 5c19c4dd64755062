import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Call, CallQuery, CallsView, Change } from '#contract';
import { exampleCall } from '#lib/line/example.ts';
import { Board } from './board.svelte.ts';
import { loaded } from './extent.ts';

const noon = Date.parse('2026-11-22T12:00:00.000Z');
const call = (n: number, seq: number, more: Partial<Call> = {}): Call =>
	exampleCall({ id: `call-${n}`, createdAt: new Date(noon + n).toISOString(), seq, ...more });
const created = (n: number, seq: number, more: Partial<Call> = {}): Change => ({
	seq,
	type: 'created',
	call: call(n, seq, more),
});
const updated = (n: number, seq: number, more: Partial<Call> = {}): Change => ({
	seq,
	type: 'updated',
	call: call(n, seq, more),
});
const deleted = (n: number, seq: number): Change => ({ seq, type: 'deleted', id: `call-${n}` });
const ended = { status: 'COMPLETED', phase: 'ENDED', outcome: 'completed' } as const;

const view = (
	calls: Call[],
	seq: number,
	more: { query?: CallQuery; pages?: Partial<CallsView['page']>; total?: number } = {},
): CallsView => ({
	page: { calls, nextPage: null, previousPage: null, cursor: `a.${seq}`, ...more.pages },
	query: more.query ?? {},
	back: false,
	shareBefore: more.query ? null : 0,
	total: more.total ?? calls.length,
	pending: calls.filter(({ status }) => status === 'PENDING').length,
	at: new Date(noon + 60_000).toISOString(),
});
const ids = (calls: readonly Call[]): string[] => calls.map(({ id }) => id);

const rowsOf = (board: Board): Call[] => [...loaded(board.extent)].map(([, row]) => row);

let board: Board;
beforeEach(() => {
	board = new Board();
	board.show(view([call(2, 2), call(1, 1)], 2));
});

describe('rows', () => {
	it('of new calls appear at the top of the first page', () => {
		board.apply([created(3, 3), created(4, 4)]);
		expect(ids(rowsOf(board))).toEqual(['call-4', 'call-3', 'call-2', 'call-1']);
	});
	it('show the newest seq of a call, from a page or from a push', () => {
		board.show(view([call(2, 9, ended)], 2));
		board.apply([updated(2, 5)]);
		expect(rowsOf(board)[0]?.status).toBe('COMPLETED');
	});
	it('of deleted calls disappear, and a call that is deleted in the same frame never appears', () => {
		board.apply([created(3, 3), deleted(3, 4), deleted(1, 5)]);
		expect(ids(rowsOf(board))).toEqual(['call-2']);
	});
	it('[D50] of one millisecond are in the order of their ids, in any order of arrival', () => {
		const at = { createdAt: new Date(noon + 50).toISOString() };
		board.apply([created(4, 9, at), created(3, 8, at), created(5, 7, at)]);
		expect(ids(rowsOf(board))).toEqual(['call-5', 'call-4', 'call-3', 'call-2', 'call-1']);
	});
	it('before a clear disappear, and rows after it stay', () => {
		board.apply([{ seq: 3, type: 'cleared', run: null }, created(4, 4)]);
		expect(ids(rowsOf(board))).toEqual(['call-4']);
		expect([board.total, board.pending]).toEqual([1, 1]);
	});
	it('created in the same frame as a clear are shown, also in a list that is not loaded whole', () => {
		board.show(view([call(1, 1), call(2, 2)], 8, { query: { order: 'oldest' }, pages: { nextPage: 'p' }, total: 8 }));
		board.apply([{ seq: 9, type: 'cleared', run: null }, created(10, 10)]);
		expect([ids(rowsOf(board)), board.total]).toEqual([['call-10'], 1]);
	});
	it('appear without animation if more than ten arrive at once', () => {
		board.apply(Array.from({ length: 11 }, (_, n) => created(n + 3, n + 3)));
		expect(board.arriving.size).toBe(0);
		board.apply([created(50, 50)]);
		expect([...board.arriving]).toEqual(['call-50']);
	});
});

describe('a change that arrives while a page loads', () => {
	it('is kept when the first page is loaded again', () => {
		board.apply([created(3, 3)]);
		board.apply([created(4, 4)]);
		board.restart({ calls: [call(3, 3), call(2, 2), call(1, 1)], nextPage: null, previousPage: null, cursor: 'a.3' });
		expect(ids(rowsOf(board))).toEqual(['call-4', 'call-3', 'call-2', 'call-1']);
	});
	it('is after the last page in the order oldest first', () => {
		board.show(view([call(1, 1)], 2, { query: { order: 'oldest' }, pages: { nextPage: 'p' }, total: 2 }));
		board.apply([created(3, 3)]);
		board.take({ calls: [call(2, 2)], nextPage: null, previousPage: 'q', cursor: 'a.2' }, 'next');
		expect(ids(rowsOf(board))).toEqual(['call-1', 'call-2', 'call-3']);
	});
	it('is inserted into the page if its call begins to match', () => {
		board.show(view([call(5, 5, ended)], 5, { query: { status: ['COMPLETED'] }, pages: { nextPage: 'p' }, total: 5 }));
		board.apply([updated(3, 6, ended)]);
		board.take(
			{ calls: [call(4, 4, ended), call(2, 2, ended)], nextPage: null, previousPage: 'q', cursor: 'a.5' },
			'next',
		);
		expect(ids(rowsOf(board))).toEqual(['call-5', 'call-4', 'call-3', 'call-2']);
	});
	it('is the only row after a clear', () => {
		const pages = { nextPage: 'p', previousPage: null };
		board.apply([{ seq: 3, type: 'cleared', run: null }]);
		board.apply([created(4, 4)]);
		board.restart({ calls: [call(2, 2), call(1, 1)], ...pages, cursor: 'a.2' });
		expect([ids(rowsOf(board)), board.extent.next, board.waiting]).toEqual([['call-4'], null, 0]);
	});
});

describe('a reader who has scrolled away', () => {
	it('sees new calls only after their release, and then up to date', () => {
		board.held = true;
		board.apply([created(3, 3), created(4, 4), updated(3, 5, ended)]);
		expect(ids(rowsOf(board))).toEqual(['call-2', 'call-1']);
		expect(board.waiting).toBe(2);
		expect(board.release()).toBe(true);
		expect(rowsOf(board).map(({ id, status }) => [id, status])).toEqual([
			['call-4', 'PENDING'],
			['call-3', 'COMPLETED'],
			['call-2', 'PENDING'],
			['call-1', 'PENDING'],
		]);
		expect(board.waiting).toBe(0);
	});
	it('keeps an older page', () => {
		board.show(view([call(2, 2)], 2, { pages: { previousPage: 'p' } }));
		board.apply([created(3, 3)]);
		expect([ids(rowsOf(board)), board.waiting]).toEqual([['call-2'], 1]);
	});
	it('[D53] has no call counted as new that a page has loaded meanwhile, and none twice', () => {
		board.held = true;
		board.show(view([call(2, 2)], 2, { pages: { previousPage: 'p' } }));
		board.apply([created(3, 3), created(4, 4)]);
		board.take({ calls: [call(3, 3)], nextPage: null, previousPage: 'q', cursor: 'a.4' }, 'previous');
		expect(board.waiting).toBe(1);
		board.restart({ calls: [call(4, 4), call(3, 3), call(2, 2)], nextPage: null, previousPage: null, cursor: 'a.4' });
		board.release();
		expect([ids(rowsOf(board)), board.waiting]).toEqual([['call-4', 'call-3', 'call-2'], 0]);
	});
	it('[D53] has no call counted as new that no longer matches', () => {
		board.show(view([call(1, 1)], 2, { query: { status: ['PENDING'] } }));
		board.held = true;
		board.apply([created(3, 3), created(4, 4)]);
		board.apply([updated(3, 5, ended)]);
		expect(board.waiting).toBe(1);
	});
	it('[D53] has no call counted as new that matched only within one frame', () => {
		board.show(view([call(1, 1)], 2, { query: { status: ['PENDING'] } }));
		board.held = true;
		board.apply([created(3, 3), created(4, 4), updated(4, 5, ended)]);
		expect(board.waiting).toBe(1);
		board.apply([updated(3, 6, { phase: 'RINGING' }), updated(3, 7, ended)]);
		expect(board.waiting).toBe(0);
	});
	it('[D53] has at most 20,000 new calls counted, and none after a clear', () => {
		board.held = true;
		const make = (from: number, count: number): void => {
			board.apply(Array.from({ length: count }, (_, i) => created(from + i, from + i)));
		};
		make(3, 20_000);
		expect([board.waiting, board.waitingMore]).toEqual([20_000, false]);
		make(20_003, 5);
		expect([board.waiting, board.waitingMore]).toEqual([20_000, true]);
		board.apply([{ seq: 30_000, type: 'cleared', run: null }, created(30_001, 30_001)]);
		expect([board.waiting, board.waitingMore]).toEqual([1, false]);
	});
	it('[D53] has very many new calls only counted, and the list reloaded for them', () => {
		board.held = true;
		const many = Array.from({ length: 700 }, (_, i) => created(i + 3, i + 3, i < 100 ? { run: 'ci' } : {}));
		for (const change of many) board.apply([change]);
		board.apply([deleted(3, 800), deleted(400, 801), { seq: 802, type: 'cleared', run: 'ci' }, created(900, 900)]);
		expect(board.waiting).toBe(600);
		expect([board.release(), rowsOf(board).length]).toEqual([false, 2]);
		board.show(view([call(900, 900)], 900));
		expect(board.waiting).toBe(0);
	});
	it('[D53] sees new calls at the end at once in the order oldest first, because no visible row moves', () => {
		board.show(view([call(1, 1), call(2, 2)], 2, { query: { order: 'oldest' } }));
		board.held = true;
		board.apply([created(3, 3), created(4, 4)]);
		expect([ids(rowsOf(board)), board.waiting]).toEqual([['call-1', 'call-2', 'call-3', 'call-4'], 0]);
	});
	it('[D59] has nothing stored after leaving the page, and returns to an up-to-date view', () => {
		board.close();
		board.apply([created(3, 3), updated(2, 4, ended)]);
		expect([board.count, board.waiting]).toEqual([0, 0]);
		board.show(view([call(2, 2), call(1, 1)], 2));
		expect(rowsOf(board).map(({ id, status }) => [id, status])).toEqual([
			['call-3', 'PENDING'],
			['call-2', 'COMPLETED'],
			['call-1', 'PENDING'],
		]);
	});
});

it('a new call is not lost when all loaded rows are cleared and more pages follow', () => {
	const pages = { nextPage: 'p', previousPage: null };
	board.show(view([call(4, 4, { run: 'ci' }), call(3, 3, { run: 'ci' })], 4, { pages, total: 4 }));
	board.apply([{ seq: 5, type: 'cleared', run: 'ci' }, created(6, 6, { run: 'ci' })]);
	// The page also calls `release` as long as `held` is false.
	board.release();
	board.take({ calls: [call(2, 2), call(1, 1)], nextPage: null, previousPage: 'q', cursor: 'a.6' }, 'next');
	expect([ids(rowsOf(board)), board.waiting]).toEqual([['call-6', 'call-2', 'call-1'], 0]);
});

describe('under a filter', () => {
	beforeEach(() => void board.show(view([call(1, 1)], 2, { query: { status: ['PENDING'] }, total: 2 })));
	it('only matching calls appear', () => {
		board.apply([created(3, 3, ended), created(4, 4)]);
		expect(ids(rowsOf(board))).toEqual(['call-4', 'call-1']);
		expect(board.total).toBe(4);
	});
	it('a row that no longer matches stays, marked as a stray', () => {
		board.apply([updated(1, 3, ended)]);
		expect(rowsOf(board).map((row) => board.isStray(row))).toEqual([true]);
	});
	it('a call that begins to match appears in its place', () => {
		board.show(view([call(5, 2, ended)], 2, { query: { status: ['COMPLETED'] } }));
		board.apply([updated(3, 6, ended)]);
		expect(ids(rowsOf(board))).toEqual(['call-5', 'call-3']);
	});
});

describe('counts', () => {
	it('follow the feed, each change once', () => {
		board.apply([created(3, 3), updated(3, 4, ended), updated(1, 5, ended), deleted(2, 6)]);
		expect([board.total, board.pending]).toEqual([2, 0]);
	});
	it('include the end of a call that is not on the page', () => {
		board.show({ ...view([], 2, { total: 9 }), pending: 4 });
		board.apply([updated(70, 3, { ...ended, endedAt: new Date(noon + 61_000).toISOString() })]);
		expect([board.total, board.pending]).toEqual([9, 3]);
	});
	it('do not count a correction as an end', () => {
		board.show({ ...view([], 2, { total: 9 }), pending: 4 });
		const times = { endedAt: new Date(noon).toISOString(), updatedAt: new Date(noon + 90_000).toISOString() };
		board.apply([updated(70, 3, { status: 'FAILED', phase: 'ENDED', outcome: 'manual', ...times })]);
		expect(board.pending).toBe(4);
	});
	it('are the server’s while it sends them, and are counted from there afterwards', () => {
		const told = (completed: number): void => board.told({ byStatus: { PENDING: 1, COMPLETED: completed, FAILED: 0 } });
		told(8);
		board.apply([created(3, 3)]);
		expect([board.total, board.pending]).toEqual([9, 1]);
		told(9);
		expect(board.total).toBe(10);
		// The server's counts include the deletion of a call that this tab never saw, so no reload is needed.
		expect(board.apply([deleted(70, 4)])).toBe(true);
		board.told(null);
		board.apply([created(5, 5)]);
		expect([board.total, board.pending]).toEqual([11, 2]);
		expect(board.apply([deleted(71, 6)])).toBe(false);
	});
	it('are unknown after a run was cleared, so the list reloads', () =>
		expect(board.apply([{ seq: 3, type: 'cleared', run: 'ci' }])).toBe(false));
});

it('a page that is older than the last pushes is brought up to date, and a newer one counts no change twice', () => {
	const history: Change[] = [created(3, 3), updated(2, 4, ended), created(5, 5), deleted(1, 6), updated(3, 7, ended)];
	const at = (seq: number): CallsView => {
		const fresh = new Board();
		fresh.show(view([call(2, 2), call(1, 1)], 2));
		fresh.apply(history.filter((change) => change.seq <= seq));
		return { ...view([...rowsOf(fresh)], seq), total: fresh.total, pending: fresh.pending };
	};
	const end = at(7);
	fc.assert(
		fc.property(fc.integer({ min: 2, max: 7 }), fc.integer({ min: 2, max: 7 }), (heard, read) => {
			const tab = new Board();
			tab.show(at(2));
			tab.apply(history.filter(({ seq }) => seq <= heard));
			tab.show(at(read));
			tab.apply(history.filter(({ seq }) => seq > heard));
			expect(rowsOf(tab)).toEqual(end.page.calls);
			expect([tab.total, tab.pending]).toEqual([end.total, end.pending]);
		}),
	);
});
