import { setTimeout as pause } from 'node:timers/promises';
import { WORKFLOWS, type Call } from '#contract';
import type { Dice } from '#provider/dice.ts';
import type { AcknowledgedChanges } from './told.ts';

export const RUNS = ['a', 'b', 'c', 'd'] as const;
/** While this many calls exist, the writers create no more. */
const CALLS_MAX = 400;

export interface WritersOptions {
	/** Returns the server's URL; empty while the server is down. */
	url(): string;
	acknowledged: AcknowledgedChanges;
	/** Random numbers, one source per writer. */
	dice: Dice[];
	/** Mean pause between two requests of one writer, in milliseconds. */
	everyMs: number;
}

/** Counts of acknowledged requests. */
export interface WrittenCounts {
	created: number;
	updated: number;
	deleted: number;
	cleared: number;
}

export interface Writers {
	readonly written: WrittenCounts;
	/** Resolves when no request is under way. New requests begin only while there is a URL. */
	idle(): Promise<void>;
	stop(): Promise<void>;
}

/** Starts writers that create, update, delete and clear calls over REST, and record the acknowledged changes. */
export function startWriters({ url, acknowledged, dice, everyMs }: WritersOptions): Writers {
	const written: WrittenCounts = { created: 0, updated: 0, deleted: 0, cleared: 0 };
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
		const draw = own();
		const one = pick(own, [...acknowledged.existing.keys()]);
		if (one === undefined || (draw < 0.45 && acknowledged.existing.size < CALLS_MAX)) return create(own);
		if (draw < 0.8) return update(one, own() < 0.5 ? 'COMPLETED' : 'FAILED');
		if (draw < 0.97) return remove(`/${one}`, [one], 'deleted');
		const run = own() < 0.05 ? null : pick(own, RUNS)!;
		const affected = [...acknowledged.existing].filter(([, its]) => run === null || its === run).map(([id]) => id);
		const endClear = acknowledged.announceClear(run);
		await remove(run === null ? '' : `?run=${run}`, affected, 'cleared');
		endClear();
	}

	async function create(own: Dice): Promise<void> {
		const requestedAt = Date.now();
		const response = await send('POST', '', {
			customerName: `Customer ${Math.floor(own() * 1_000)}`,
			phoneNumber: `+120255501${String(Math.floor(own() * 50)).padStart(2, '0')}`,
			workflow: pick(own, WORKFLOWS),
			...(own() < 0.7 ? { run: pick(own, RUNS) } : {}),
		});
		if (response?.call) record(response.call, 'created', requestedAt);
	}

	async function update(id: string, status: string): Promise<void> {
		const requestedAt = Date.now();
		const response = await send('PATCH', `/${id}`, { status });
		if (response?.call) record(response.call, 'updated', requestedAt);
	}

	async function remove(path: string, ids: string[], as: 'deleted' | 'cleared'): Promise<void> {
		acknowledged.announceDeletion(ids);
		if ((await send('DELETE', path)) === null) return;
		acknowledged.recordDeletion(ids);
		written[as]++;
	}

	function record(call: Call, as: 'created' | 'updated', requestedAt: number): void {
		acknowledged.recordCall(call, requestedAt);
		written[as]++;
	}

	/** Returns the response's body, or null if the server was down or stopping. Throws for an unexpected status. */
	async function send(method: string, path: string, body?: unknown): Promise<{ call?: Call } | null> {
		let response: Response;
		let text: string;
		try {
			response = await fetch(`${url()}/api/calls${path}`, {
				method,
				...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
			});
			text = await response.text();
		} catch {
			return null; // the server was stopped
		}
		// 503: the server is stopping. 404: another writer may have deleted the call.
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
