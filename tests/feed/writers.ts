import { setTimeout as pause } from 'node:timers/promises';
import { WORKFLOWS, type Call } from '#contract';
import type { Dice } from '#provider/dice.ts';
import type { Ledger } from './told.ts';

export const RUNS = ['a', 'b', 'c', 'd'] as const;
/** More calls than this at once are not made. */
const CALLS_MAX = 400;

export interface WritersOptions {
	/** The server's address, empty while there is none. */
	url(): string;
	ledger: Ledger;
	/** One writer for each. */
	dice: Dice[];
	/** The mean pause between two requests of one writer. */
	everyMs: number;
}

/** What was asked for and acknowledged. */
export interface Written {
	created: number;
	updated: number;
	deleted: number;
	cleared: number;
}

export interface Writers {
	readonly written: Written;
	/** Resolves when no request is under way; new ones begin only while there is an address. */
	idle(): Promise<void>;
	stop(): Promise<void>;
}

/** Those who create, change, delete and clear calls by REST, and keep in the ledger what was acknowledged. */
export function startWriters({ url, ledger, dice, everyMs }: WritersOptions): Writers {
	const written: Written = { created: 0, updated: 0, deleted: 0, cleared: 0 };
	const underWay = new Set<Promise<void>>();
	let writing = true;
	const loops = dice.map(async (own) => {
		while (writing) {
			await pause(own() * 2 * everyMs);
			if (url() === '') continue;
			const work = write(own).finally(() => underWay.delete(work));
			underWay.add(work);
			await work;
		}
	});

	async function write(own: Dice): Promise<void> {
		const fate = own();
		const one = pick(own, [...ledger.known.keys()]);
		if (one === undefined || (fate < 0.45 && ledger.known.size < CALLS_MAX)) return create(own);
		if (fate < 0.8) return update(one, own() < 0.5 ? 'COMPLETED' : 'FAILED');
		if (fate < 0.97) return remove(`/${one}`, [one], 'deleted');
		const run = own() < 0.05 ? null : pick(own, RUNS)!;
		const theirs = [...ledger.known].filter(([, its]) => run === null || its === run).map(([id]) => id);
		const over = ledger.clears(run);
		await remove(run === null ? '' : `?run=${run}`, theirs, 'cleared');
		over();
	}

	async function create(own: Dice): Promise<void> {
		const askedAt = Date.now();
		const answer = await ask('POST', '', {
			customerName: `Customer ${Math.floor(own() * 1_000)}`,
			phoneNumber: `+120255501${String(Math.floor(own() * 50)).padStart(2, '0')}`,
			workflow: pick(own, WORKFLOWS),
			...(own() < 0.7 ? { run: pick(own, RUNS) } : {}),
		});
		if (answer?.call) keep(answer.call, 'created', askedAt);
	}

	async function update(id: string, status: string): Promise<void> {
		const askedAt = Date.now();
		const answer = await ask('PATCH', `/${id}`, { status });
		if (answer?.call) keep(answer.call, 'updated', askedAt);
	}

	async function remove(path: string, ids: string[], as: 'deleted' | 'cleared'): Promise<void> {
		ledger.leaves(ids);
		if ((await ask('DELETE', path)) === null) return;
		ledger.gone(ids);
		written[as]++;
	}

	function keep(call: Call, as: 'created' | 'updated', askedAt: number): void {
		ledger.has(call, askedAt);
		written[as]++;
	}

	/** The answer, or null where none came; throws for one that is no answer to expect. */
	async function ask(method: string, path: string, body?: unknown): Promise<{ call?: Call } | null> {
		let response: Response;
		let text: string;
		try {
			response = await fetch(`${url()}/api/calls${path}`, {
				method,
				...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
			});
			text = await response.text();
		} catch {
			return null; // it was stopped
		}
		// Somebody else may have deleted it, and a server that stops says so.
		if (response.status === 503) return null;
		if (!response.ok && response.status !== 404)
			throw new Error(`${method} /api/calls${path}: ${response.status} ${text}`);
		return response.ok && text !== '' ? (JSON.parse(text) as { call?: Call }) : {};
	}

	return {
		written,
		async idle() {
			await Promise.all(underWay);
		},
		async stop() {
			writing = false;
			await Promise.all(loops);
		},
	};
}

const pick = <T>(dice: Dice, from: readonly T[]): T | undefined => from[Math.floor(dice() * from.length)];
