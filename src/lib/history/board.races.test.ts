import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Call, CallPage, CallQuery, Change } from '#contract';
import { exampleCall } from '#lib/line/example.ts';
import { Board } from './board.svelte.ts';
import { loaded } from './extent.ts';
import { matches } from './matches.ts';

const NOON = Date.parse('2026-11-22T12:00:00.000Z');
const AT_FIRST = 8;
const PAGE = 3;
const ENDED = { status: 'COMPLETED', phase: 'ENDED', outcome: 'completed' } as const;

/** Simulates a history and its feed. A page's token is the id of the last call before that page. */
class History {
	calls: Call[] = [];
	/** Changes that the reader's board has not received yet. */
	untold: Change[] = [];
	#seq = 0;
	#made = 0;
	#query: CallQuery;

	constructor(query: CallQuery) {
		this.#query = query;
	}

	create(): void {
		const seq = ++this.#seq;
		const id = `call-${String(++this.#made).padStart(4, '0')}`;
		const call = exampleCall({ id, createdAt: new Date(NOON + this.#made).toISOString(), seq });
		this.calls.push(call);
		this.untold.push({ seq, type: 'created', call });
	}

	update(i: number, changed: Partial<Call>): void {
		const place = i % this.calls.length;
		const before = this.calls[place];
		if (!before) return;
		const call = { ...before, ...changed, seq: ++this.#seq };
		this.calls[place] = call;
		this.untold.push({ seq: call.seq, type: 'updated', call });
	}

	delete(i: number): void {
		const [call] = this.calls.splice(i % this.calls.length, 1);
		if (call) this.untold.push({ seq: ++this.#seq, type: 'deleted', id: call.id });
	}

	clear(): void {
		this.calls = [];
		this.untold.push({ seq: ++this.#seq, type: 'cleared', run: null });
	}

	list(): Call[] {
		const matching = this.calls.filter((call) => matches(call, this.#query));
		return this.#query.order === 'oldest' ? matching : matching.reverse();
	}

	page(token: string | null): CallPage {
		const isBehind = ({ id }: Call): boolean =>
			token === null || (this.#query.order === 'oldest' ? id > token : id < token);
		const rest = this.list().filter(isBehind);
		const calls = rest.slice(0, PAGE);
		return {
			calls,
			nextPage: rest.length > PAGE ? calls.at(-1)!.id : null,
			previousPage: token && 'before',
			cursor: `a.${this.#seq}`,
		};
	}
}

const WHATS = [
	...(['create', 'create', 'end', 'touch', 'delete', 'clear', 'tell', 'tell'] as const),
	...(['hold', 'free', 'ask for more', 'ask again', 'answer'] as const),
];
interface Step {
	what: (typeof WHATS)[number];
	i: number;
}
const steps: fc.Arbitrary<Step[]> = fc.array(fc.record({ what: fc.constantFrom(...WHATS), i: fc.nat(6) }), {
	maxLength: 25,
});

/** Simulates a reader of the list: a board, with at most one pending request for a page. */
class Reader {
	readonly board = new Board();
	#history: History;
	#asked: { token: string | null; page: CallPage } | null = null;

	constructor(history: History, query: CallQuery) {
		this.#history = history;
		const total = history.calls.length;
		const view = { page: history.page(null), query, back: false, shareBefore: null, total, pending: total };
		this.board.show({ ...view, at: new Date(NOON + 60_000).toISOString() });
	}

	take({ what, i }: Step): void {
		const history = this.#history;
		if (what === 'create') history.create();
		else if (what === 'end') history.update(i, ENDED);
		else if (what === 'touch') history.update(i, {});
		else if (what === 'delete') history.delete(i);
		else if (what === 'clear') history.clear();
		else if (what === 'tell') this.board.apply(history.untold.splice(0, i));
		else if (what === 'hold') this.board.held = true;
		else if (what === 'free') this.free();
		else if (what === 'answer') this.answer();
		else if (what === 'ask again') this.ask(null);
		else if (this.board.extent.next !== null) this.ask(this.board.extent.next);
	}

	/** Requests the page after the token (null: the first page), unless a request is already pending. */
	ask(token: string | null): void {
		this.#asked ??= { token, page: this.#history.page(token) };
	}

	/** Delivers the requested page to the board, in the page's state at the time of the request. */
	answer(): void {
		const { token, page } = this.#asked ?? {};
		this.#asked = null;
		if (!page) return;
		if (token === null) this.board.restart(page);
		else if (this.board.extent.next === token) this.board.take(page, 'next');
	}

	free(): void {
		this.board.held = false;
		if (this.board.waiting > 0) this.board.release();
	}

	/**
	 * Delivers all outstanding changes and pages, and reads the list to its end. Returns the ids of matching rows.
	 */
	finish(): string[] {
		this.board.apply(this.#history.untold.splice(0));
		this.answer();
		this.free();
		while (this.board.extent.next !== null) {
			this.ask(this.board.extent.next);
			this.answer();
		}
		return [...loaded(this.board.extent)].flatMap(([, call]) => (this.board.isStray(call) ? [] : [call.id]));
	}
}

it.each<CallQuery>([
	...[{}, { status: ['PENDING'] }, { status: ['COMPLETED'] }],
	...[{ order: 'oldest' }, { order: 'oldest', status: ['PENDING'] }, { order: 'oldest', status: ['COMPLETED'] }],
] as CallQuery[])(
	'[D53] the list has all matching calls while changes arrive during the load of a page: %o',
	(query) => {
		fc.assert(
			fc.property(steps, (all) => {
				const history = new History(query);
				for (let i = 0; i < AT_FIRST; i++) history.create();
				history.untold = [];
				const reader = new Reader(history, query);
				for (const step of all) reader.take(step);
				expect(reader.finish()).toEqual(history.list().map(({ id }) => id));
				expect(reader.board.waiting).toBe(0);
			}),
			{ numRuns: 1_000 },
		);
	},
);
