import type { Call } from '#contract';
import type { Refusal, Reply } from '#lib/api/api.ts';
import { batchAt, type Ready } from './batches.ts';

/** A row that the server refused. */
export interface Refused {
	line: number;
	/** The field, as the server names it. */
	path: string;
	message: string;
}

export interface SendingDeps {
	/** Posts a batch under its key; the same key again makes nothing twice. */
	send(body: string, key: string): Promise<Reply<{ calls: Call[] }>>;
	newKey(): string;
	/** Milliseconds. Resolves early when the signal says so. */
	pause(ms: number, signal: AbortSignal): Promise<void>;
	now(): number;
}

/** How long to wait before a batch is sent again, in seconds. */
const WAITS = [1, 2, 4, 8, 15];

/** An import under way: batch after batch, each until it is answered. */
export class Sending {
	/**
	 * `waiting`: the server does not answer, and is asked again by itself; `asking`: it refused, and somebody has to say how
	 * to go on.
	 */
	state = $state<'sending' | 'waiting' | 'asking' | 'over'>('sending');
	made = $state(0);
	/** It stops after the batch under way. */
	stopping = $state(false);
	/** What the server said last, where it was not what we asked for. */
	problem = $state.raw<Refusal | null>(null);
	/** When a batch that waits is sent again. */
	retryAt = $state(0);
	refused = $state.raw<readonly Refused[]>([]);
	/** The rows that were not sent, from this line on; null: all were. */
	restFrom = $state<number | null>(null);
	/** When it was stopped: the rows that it would go on with, those that nobody knows of among them. */
	left = $state(0);
	/** The lines of a batch that was sent and not answered: nobody here knows whether its calls were made. */
	unknown = $state.raw<{ from: number; to: number } | null>(null);
	readonly total: number;
	readonly #rows: readonly Ready[];
	/** Rows that the server refuses are left out, without a question. */
	readonly #lenient: boolean;
	readonly #deps: SendingDeps;
	#at = 0;
	#most = Infinity;
	/** Of the batch under way: rows that are left out. */
	#without: readonly number[] = [];
	/** A batch that was sent and not answered: it is sent again as it was, so that nothing is made twice. */
	#unanswered: { key: string; batch: readonly Ready[] } | null = null;
	#wake = new AbortController();
	#goOn: (() => void) | null = null;

	constructor(rows: readonly Ready[], lenient: boolean, deps: SendingDeps) {
		this.#rows = rows;
		this.#lenient = lenient;
		this.#deps = deps;
		this.total = rows.length;
	}

	/** Resolves when it is over. */
	async run(): Promise<void> {
		while (this.#at < this.#rows.length && !this.stopping) {
			const { key, batch } = this.#unanswered ?? {
				key: this.#deps.newKey(),
				batch: batchAt(this.#rows, this.#at).slice(0, this.#most),
			};
			await this.#sendUntilAnswered(batch, key);
		}
		const open = this.#unanswered?.batch;
		this.unknown = open ? { from: open[0]!.line, to: open.at(-1)!.line } : null;
		this.restFrom = this.#rows[this.#at + (open?.length ?? 0)]?.line ?? null;
		this.left = this.#rows.length - this.#at - this.#without.length;
		this.state = 'over';
	}

	/** Goes on where it was stopped. Resolves when it is over. */
	goOn(): Promise<void> {
		[this.stopping, this.left] = [false, 0];
		return this.run();
	}

	/** After the batch under way; while nobody answers, at once. */
	stop(): void {
		this.stopping = true;
		this.retryNow();
	}

	/** Asks again at once, or goes on after a refusal. */
	retryNow(): void {
		this.#wake.abort();
		this.#goOn?.();
	}

	async #sendUntilAnswered(batch: readonly Ready[], key: string): Promise<void> {
		const rows = batch.filter(({ line }) => !this.#without.includes(line));
		const body = JSON.stringify({ calls: rows.map(({ call }) => call) });
		let maybeMade = this.#unanswered !== null;
		this.#unanswered = null;
		for (let tries = 0; ; tries++) {
			this.state = 'sending';
			const { ok, problem } = rows.length === 0 ? { ok: { calls: [] } } : await this.#deps.send(body, key);
			this.problem = problem ?? null;
			if (ok) {
				this.made += ok.calls.length;
				this.#at += batch.length;
				this.#without = [];
				return;
			}
			if (problem.status === 413 && rows.length > 1) {
				// Something on the way takes less than the server.
				this.#most = Math.ceil(batch.length / 2);
				return;
			}
			const wrong = refusedRows(problem, rows);
			if (wrong.length > 0) {
				this.refused = [...this.refused, ...wrong];
				this.#without = wrong.map(({ line }) => line).concat(this.#without);
				if (!this.#lenient) await this.#asks();
				return;
			}
			// Who answered 503 changed nothing; any other silence may hide that it is done.
			maybeMade ||= problem.status === 0 || (problem.status >= 500 && problem.status !== 503);
			if (isPassing(problem)) await this.#waits(tries);
			else await this.#asks();
			if (!this.stopping) continue;
			if (maybeMade) this.#unanswered = { key, batch };
			return;
		}
	}

	async #waits(tries: number): Promise<void> {
		if (this.stopping) return;
		this.#wake = new AbortController();
		const ms = WAITS[Math.min(tries, WAITS.length - 1)]! * 1_000;
		this.retryAt = this.#deps.now() + ms;
		this.state = 'waiting';
		await this.#deps.pause(ms, this.#wake.signal);
	}

	async #asks(): Promise<void> {
		if (this.stopping) return;
		this.state = 'asking';
		await new Promise<void>((resolve) => (this.#goOn = resolve));
		this.#goOn = null;
	}
}

/** Trying again by itself may help. */
const isPassing = ({ status }: Refusal): boolean => status === 0 || status === 408 || status === 429 || status >= 500;

/** The rows that the server's paths name: `calls.17.phoneNumber`. */
function refusedRows({ status, errors }: Refusal, rows: readonly Ready[]): Refused[] {
	if (status !== 400) return [];
	return errors.flatMap(({ path, message }) => {
		const [, index, field = ''] = /^calls\.(\d+)(?:\.(.+))?$/.exec(path) ?? [];
		const row = index === undefined ? undefined : rows[Number(index)];
		return row ? [{ line: row.line, path: field, message }] : [];
	});
}
