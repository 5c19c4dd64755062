import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { spreadOf, type Spread } from '#bench/measure/stats.ts';

/** What an import cost those who make single calls meanwhile. */
export interface ImportFigures {
	seconds: number;
	/** Of a batch, in ms. */
	batches: Spread;
	/** Of a single create, in ms: before the import, and while it ran. */
	alone: Spread;
	meanwhile: Spread;
}

/** As the dashboard sends them. */
const BATCH = 500;
/** A create every so often, one after the other. */
const EVERY_MS = 20;
const ALONE = 100;

/**
 * Imports so many calls as the dashboard does, in batches one after the other, while somebody makes single calls. With
 * `scheduledAt` nothing of it is dispatched; null has each call handed to the provider.
 */
export async function measureImport(url: string, rows: number, scheduledAt: string | null): Promise<ImportFigures> {
	const one = (i: number) => ({
		...{ customerName: `Customer ${i}`, phoneNumber: '+12025550100', workflow: 'SALES', scheduledAt },
	});
	const post = async (path: string, body: unknown): Promise<number> => {
		const since = performance.now();
		const response = await fetch(`${url}${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
			body: JSON.stringify(body),
		});
		await response.arrayBuffer();
		if (response.status !== 201) throw new Error(`${path} answered ${response.status}.`);
		return (performance.now() - since) * 1_000;
	};
	const create = async (latencies: number[]): Promise<void> => {
		latencies.push(await post('/api/calls', one(0)));
		await pause(EVERY_MS);
	};

	const [alone, meanwhile, batches]: [number[], number[], number[]] = [[], [], []];
	for (let i = 0; i < ALONE; i++) await create(alone);
	const over = new AbortController();
	const creating = (async () => {
		while (!over.signal.aborted) await create(meanwhile);
	})();
	const since = performance.now();
	try {
		for (let at = 0; at < rows; at += BATCH) {
			const calls = Array.from({ length: Math.min(BATCH, rows - at) }, (_, i) => one(at + i));
			batches.push(await post('/api/calls/batch', { calls }));
		}
	} finally {
		over.abort();
		await creating;
	}
	const seconds = (performance.now() - since) / 1_000;
	return { seconds, batches: spreadOf(batches), alone: spreadOf(alone), meanwhile: spreadOf(meanwhile) };
}
