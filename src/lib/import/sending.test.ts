import { describe, expect, it } from 'vitest';
import type { Call } from '#contract';
import type { Refusal, Reply } from '#lib/api/api.ts';
import type { Ready } from './batches.ts';
import { Sending } from './sending.svelte.ts';

const rows = (count: number): Ready[] =>
	Array.from({ length: count }, (_, i) => ({
		line: i + 2,
		call: { customerName: `Customer ${i + 1}`, phoneNumber: '+12025550100', workflow: 'SALES' },
	}));
const refusal = (status: number, errors: Refusal['errors'] = []): { problem: Refusal } => ({
	problem: { status, detail: 'no', code: 'no', requestId: null, errors },
});

interface Request {
	key: string;
	names: string[];
}

/** Simulates the batch route with its idempotency keys. `answer` may override the response to each request. */
function serverWith(answer: (asked: number, request: Request) => { problem: Refusal } | 'lost' | null = () => null) {
	const requests: Request[] = [];
	const made = new Map<string, string[]>();
	let keys = 0;
	const deps = {
		send(body: string, key: string): Promise<Reply<{ calls: Call[] }>> {
			const { calls } = JSON.parse(body) as { calls: { customerName: string }[] };
			const request = { key, names: calls.map(({ customerName }) => customerName) };
			requests.push(request);
			const said = answer(requests.length, request);
			if (said !== null && said !== 'lost') return Promise.resolve(said);
			if (!made.has(key)) made.set(key, request.names);
			if (said === 'lost') return Promise.resolve(refusal(0));
			return Promise.resolve({ ok: { calls: request.names.map(() => ({}) as Call) } });
		},
		newKey: () => `key-${++keys}`,
		pauses: [] as number[],
		pause(ms: number): Promise<void> {
			deps.pauses.push(ms);
			return Promise.resolve();
		},
		now: () => 0,
	};
	return { deps, requests, names: () => [...made.values()].flat() };
}
const wanted = (count: number): string[] => rows(count).map(({ call }) => call.customerName);
const met = async (condition: () => boolean): Promise<void> => {
	while (!condition()) await new Promise((resolve) => setTimeout(resolve));
};

describe('an import', () => {
	it('[I10] sends every row once, in order, each batch under its own key', async () => {
		const { deps, requests, names } = serverWith();
		const sending = new Sending(rows(601), true, deps);
		await sending.run();
		expect(names()).toEqual(wanted(601));
		expect(requests.map(({ key, names }) => [key, names.length])).toEqual([
			['key-1', 250],
			['key-2', 250],
			['key-3', 101],
		]);
		expect([sending.state, sending.imported, sending.restFrom]).toEqual(['over', 601, null]);
	});

	it('[I11] sends a batch without a response again under the same key, after longer and longer waits', async () => {
		const { deps, requests, names } = serverWith((asked) => (asked === 2 ? 'lost' : asked < 9 ? refusal(503) : null));
		const sending = new Sending(rows(300), true, deps);
		await sending.run();
		expect(names()).toEqual(wanted(300));
		expect(sending.imported).toBe(300);
		expect(deps.pauses).toEqual([1, 2, 4, 8, 15, 15, 15, 15].map((s) => s * 1_000));
		expect(new Set(requests.map(({ key }) => key))).toEqual(new Set(['key-1', 'key-2']));
	});

	it('[I12] stops after the current batch, with the number of imported calls and the first line that was not sent', async () => {
		const { deps, names } = serverWith((asked) => {
			if (asked === 2) sending.stop();
			return null;
		});
		const sending: Sending = new Sending(rows(1_000), true, deps);
		await sending.run();
		expect(names()).toEqual(wanted(500));
		expect([sending.imported, sending.restFrom, sending.unknown]).toEqual([500, 502, null]);
	});

	it('[I12] names the lines with an unknown outcome when it is stopped without a response', async () => {
		const { deps } = serverWith((asked) => (asked > 1 ? 'lost' : null));
		const sending = new Sending(rows(1_000), true, {
			...deps,
			pause: (_ms, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
		});
		const over = sending.run();
		await met(() => sending.state === 'waiting');
		sending.stop();
		await over;
		expect([sending.imported, sending.unknown, sending.restFrom]).toEqual([250, { from: 252, to: 501 }, 502]);
		expect(sending.left).toBe(750);
	});

	it('[I15] continues with the rest after a stop', async () => {
		const { deps, names, requests } = serverWith((asked) => {
			if (asked === 1 || asked === 3) sending.stop();
			return null;
		});
		const sending: Sending = new Sending(rows(800), true, deps);
		await sending.run();
		expect([sending.imported, sending.left]).toEqual([250, 550]);
		await sending.resume();
		expect([sending.imported, sending.left, sending.restFrom]).toEqual([750, 50, 752]);
		await sending.resume();
		expect(names()).toEqual(wanted(800));
		expect(requests.map(({ key, names }) => [key, names.length])).toEqual([
			...[
				['key-1', 250],
				['key-2', 250],
				['key-3', 250],
			],
			['key-4', 50],
		]);
		expect([sending.state, sending.imported, sending.left, sending.restFrom]).toEqual(['over', 800, 0, null]);
	});

	it('[I15] sends a batch again under its key after a 503, because a database may have kept it', async () => {
		let asked = 0;
		const { deps, requests } = serverWith(() => (++asked === 1 ? refusal(503) : null));
		const sending = new Sending(rows(3), true, {
			...deps,
			pause: (_ms, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
		});
		const over = sending.run();
		await met(() => sending.state === 'waiting');
		sending.stop();
		await over;
		expect(sending.unknown).toEqual({ from: 2, to: 4 });
		await sending.resume();
		expect(requests.map(({ key }) => key)).toEqual(['key-1', 'key-1']);
		expect([sending.imported, sending.unknown]).toEqual([3, null]);
	});

	it.each([1, 2])('[I15] sends a batch without a response again under its key after %d stops', async (stops) => {
		let away = true;
		// The server creates the calls, but its response is lost.
		const { deps, names, requests } = serverWith((asked) => (asked > 1 && away ? 'lost' : null));
		const sending = new Sending(rows(600), true, {
			...deps,
			pause: (_ms, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
		});
		let over = sending.run();
		for (let stopped = 0; stopped < stops; stopped++) {
			await met(() => sending.state === 'waiting');
			sending.stop();
			await over;
			if (stopped === stops - 1) away = false;
			over = sending.resume();
		}
		await over;
		expect(names()).toEqual(wanted(600));
		expect(new Set(requests.map(({ key }) => key))).toEqual(new Set(['key-1', 'key-2', 'key-3']));
		expect([sending.imported, sending.unknown, sending.left]).toEqual([600, null, 0]);
	});

	it('[I15] does not send rejected rows again after a stop', async () => {
		const { deps, names } = serverWith((asked) =>
			asked === 1 ? refusal(400, [{ path: 'calls.0', message: 'Not a call.' }]) : null,
		);
		const sending = new Sending(rows(3), false, deps);
		const over = sending.run();
		await met(() => sending.state === 'asking');
		sending.stop();
		await over;
		expect([sending.imported, sending.left]).toEqual([0, 2]);
		await sending.resume();
		expect(names()).toEqual(['Customer 2', 'Customer 3']);
		expect(sending.left).toBe(0);
	});

	it('[I13] reports rejected rows by their line and skips them', async () => {
		const { deps, requests, names } = serverWith((asked) =>
			asked === 2 ? refusal(400, [{ path: 'calls.3.phoneNumber', message: 'Not possible.' }]) : null,
		);
		const sending = new Sending(rows(300), true, deps);
		await sending.run();
		expect(sending.rejected).toEqual([{ line: 255, path: 'phoneNumber', message: 'Not possible.' }]);
		expect(names()).toEqual(wanted(300).filter((name) => name !== 'Customer 254'));
		expect([sending.imported, requests.at(-1)!.key]).toEqual([299, 'key-3']);
	});

	it('[I13] asks before it skips rejected rows, if no row may be skipped', async () => {
		const { deps, names } = serverWith((asked) =>
			asked === 1 ? refusal(400, [{ path: 'calls.0', message: 'Not a call.' }]) : null,
		);
		const sending = new Sending(rows(3), false, deps);
		const over = sending.run();
		await met(() => sending.state === 'asking');
		expect(names()).toEqual([]);
		sending.retryNow();
		await over;
		expect(names()).toEqual(['Customer 2', 'Customer 3']);
	});

	it('[I13] offers to skip rows only if the last response rejected rows', async () => {
		const { deps } = serverWith((asked) => {
			if (asked === 1) return refusal(400, [{ path: 'calls.0', message: 'Not a call.' }]);
			return asked === 2 ? refusal(401) : null;
		});
		const sending = new Sending(rows(3), false, deps);
		const over = sending.run();
		await met(() => sending.state === 'asking');
		expect(sending.skips).toBe(true);
		sending.retryNow();
		await met(() => sending.problem?.status === 401 && sending.state === 'asking');
		expect([sending.skips, sending.rejected.length]).toEqual([false, 1]);
		sending.retryNow();
		await over;
	});

	it('[I13] waits for the user after any other rejection', async () => {
		const { deps, names } = serverWith((asked) => (asked === 1 ? refusal(401) : null));
		const sending = new Sending(rows(3), true, deps);
		const over = sending.run();
		await met(() => sending.state === 'asking');
		expect(sending.problem?.status).toBe(401);
		sending.retryNow();
		await over;
		expect(names()).toEqual(wanted(3));
	});

	it('[I13] retries a waiting batch at once on request', async () => {
		const { deps, names, requests } = serverWith((asked) => (asked === 1 ? 'lost' : null));
		const aborted = (signal: AbortSignal): Promise<void> =>
			new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
		const sending = new Sending(rows(3), true, { ...deps, pause: (_ms, signal) => aborted(signal) });
		const over = sending.run();
		await met(() => sending.state === 'waiting');
		sending.retryNow();
		await over;
		expect(requests.map(({ key }) => key)).toEqual(['key-1', 'key-1']);
		expect(names()).toEqual(wanted(3));
	});

	it('[I14] sends smaller batches where a proxy accepts only smaller bodies', async () => {
		const { deps, names, requests } = serverWith((_asked, { names }) => (names.length > 130 ? refusal(413) : null));
		const sending = new Sending(rows(500), true, deps);
		await sending.run();
		expect(names()).toEqual(wanted(500));
		expect(requests.map(({ names }) => names.length)).toEqual([250, 125, 125, 125, 125]);
	});
});
