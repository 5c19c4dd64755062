import type { Call } from '#contract';
import type { Refusal, Reply } from '#lib/api/api.ts';
import { batchAt, type Ready } from './batches.ts';

/** A row that the server rejected. */
export interface Rejected {
	line: number;
	/** The field, as the server names it. */
	path: string;
	message: string;
}

export interface SendingDeps {
	/** Posts a batch under an idempotency key. A repeated key creates nothing twice. */
	send(body: string, key: string): Promise<Reply<{ calls: Call[] }>>;
	newKey(): string;
	/** Waits this many milliseconds. Resolves early if the signal aborts. */
	pause(ms: number, signal: AbortSignal): Promise<void>;
	now(): number;
}

/** Seconds to wait before each retry of a batch. */
const WAITS = [1, 2, 4, 8, 15];

/** A running import: sends batch after batch, each until the server has responded. */
export class Sending {
	/**
	 * `waiting`: a temporary failure, retried automatically. `asking`: the server rejected the batch, and the user must
	 * decide.
	 */
	state = $state<'sending' | 'waiting' | 'asking' | 'over'>('sending');
	imported = $state(0);
	/** True if the import stops after the current batch. */
	stopping = $state(false);
	/** Why the last request failed; null after a success. */
	problem = $state.raw<Refusal | null>(null);
	/** When the waiting batch is sent again, in milliseconds since the epoch. */
	retryAt = $state(0);
	rejected = $state.raw<readonly Rejected[]>([]);
	/** True if the last response rejected rows: continuing leaves them out. */
	skips = $state(false);
	/** The first line that was not sent; null if all were. */
	restFrom = $state<number | null>(null);
	/** After a stop, the number of rows that resuming would send. Rows with an unknown outcome are included. */
	left = $state(0);
	/** The lines of a batch without a response: whether its calls were created is unknown. */
	unknown = $state.raw<{ from: number; to: number } | null>(null);
	readonly total: number;
	readonly #rows: readonly Ready[];
	/** Leave out rows that the server rejects, without asking. */
	readonly #lenient: boolean;
	readonly #deps: SendingDeps;
	#at = 0;
	#most = Infinity;
	/** The lines of the current batch that are left out, because the server rejected them. */
	#without: readonly number[] = [];
	/** A batch without a response. It is sent again unchanged under its key, so that nothing is created twice. */
	#unanswered: { key: string; batch: readonly Ready[] } | null = null;
	#wake = new AbortController();
	#resume: (() => void) | null = null;

	constructor(rows: readonly Ready[], lenient: boolean, deps: SendingDeps) {
		this.#rows = rows;
		this.#lenient = lenient;
		this.#deps = deps;
		this.total = rows.length;
	}

	/** Resolves when the import is over. */
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

	/** Resumes a stopped import. Resolves when it is over. */
	resume(): Promise<void> {
		[this.stopping, this.left] = [false, 0];
		return this.run();
	}

	/** Stops after the current batch, or at once while waiting. */
	stop(): void {
		this.stopping = true;
		this.retryNow();
	}

	/** Retries now, or continues after a rejection. */
	retryNow(): void {
		this.#wake.abort();
		this.#resume?.();
	}

	async #sendUntilAnswered(batch: readonly Ready[], key: string): Promise<void> {
		const rows = batch.filter(({ line }) => !this.#without.includes(line));
		const body = JSON.stringify({ calls: rows.map(({ call }) => call) });
		let maybeImported = this.#unanswered !== null;
		this.#unanswered = null;
		for (let attempt = 0; ; attempt++) {
			this.state = 'sending';
			const { ok, problem } = rows.length === 0 ? { ok: { calls: [] } } : await this.#deps.send(body, key);
			this.problem = problem ?? null;
			if (ok) {
				this.imported += ok.calls.length;
				this.#at += batch.length;
				this.#without = [];
				return;
			}
			if (problem.status === 413 && rows.length > 1) {
				// A proxy in between has a lower limit than the server.
				this.#most = Math.ceil(batch.length / 2);
				return;
			}
			const wrong = rejectedRows(problem, rows);
			this.skips = wrong.length > 0;
			if (this.skips) {
				this.rejected = [...this.rejected, ...wrong];
				this.#without = wrong.map(({ line }) => line).concat(this.#without);
				if (!this.#lenient) await this.#asks();
				return;
			}
			// After a server error, or without a response, the batch may have been created.
			maybeImported ||= problem.status === 0 || problem.status >= 500;
			if (isPassing(problem)) await this.#waits(attempt);
			else await this.#asks();
			if (!this.stopping) continue;
			if (maybeImported) this.#unanswered = { key, batch };
			return;
		}
	}

	async #waits(attempt: number): Promise<void> {
		if (this.stopping) return;
		this.#wake = new AbortController();
		const ms = WAITS[Math.min(attempt, WAITS.length - 1)]! * 1_000;
		this.retryAt = this.#deps.now() + ms;
		this.state = 'waiting';
		await this.#deps.pause(ms, this.#wake.signal);
	}

	async #asks(): Promise<void> {
		if (this.stopping) return;
		this.state = 'asking';
		await new Promise<void>((resolve) => (this.#resume = resolve));
		this.#resume = null;
	}
}

/** Returns whether an automatic retry may help. */
const isPassing = ({ status }: Refusal): boolean => status === 0 || status === 408 || status === 429 || status >= 500;

/** Returns the rows named by the server's error paths, such as `calls.17.phoneNumber`. */
function rejectedRows({ status, errors }: Refusal, rows: readonly Ready[]): Rejected[] {
	if (status !== 400) return [];
	return errors.flatMap(({ path, message }) => {
		const [, index, field = ''] = /^calls\.(\d+)(?:\.(.+))?$/.exec(path) ?? [];
		const row = index === undefined ? undefined : rows[Number(index)];
		return row ? [{ line: row.line, path: field, message }] : [];
	});
}
