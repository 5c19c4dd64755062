import { describe, expect, it } from 'vitest';
import type { Call } from '#contract';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { MAX_CHANCE, manualClock } from '#tests/support/clock.ts';
import { openTestDatabase } from '#tests/support/database.ts';
import { wakeProvider } from '#tests/support/deliveries.ts';
import { fetchJson, environment, request, startServer } from '#tests/support/process.ts';
import { startReceiver } from '#tests/support/receiver.ts';
import { settableClock } from '#tests/support/set-clock.ts';
import { SOON } from '#tests/support/soon.ts';
import { newSecret } from '#tests/support/webhook.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const talk = (delayMs: number) => ({ outcome: 'completed', delayMs, talkMs: Math.min(delayMs, 10) }) as const;

describe('a process that was suspended', { timeout: 90_000 }, () => {
	it('[CK1] ends no call as no-report, because due webhooks run first', async () => {
		const server = await startServer(await environment({ CALL_TIMEOUT_MS: '1000' }));
		const url = await server.url;
		const lastWebhook = 4_000;
		const calls = await Promise.all(Array.from({ length: 6 }, () => request(url, { scenario: talk(lastWebhook) })));
		const requestedAt = Date.now();
		const all = async (): Promise<Call[]> => {
			const { calls: found } = await fetchJson<{ calls: Call[] }>(url, '/api/calls');
			return found;
		};
		await expect.poll(async () => (await all()).every(({ phase }) => phase !== 'QUEUED'), SOON).toBe(true);
		void server.kill('SIGSTOP');
		const stoppedAt = Date.now();
		// Keeps the process suspended until well after the last webhook and the call timeout.
		await pause(requestedAt + lastWebhook + 2_000 - stoppedAt);
		void server.kill('SIGCONT');
		const statuses = async (): Promise<string[]> => (await all()).map(({ status }) => status);
		await expect.poll(async () => (await statuses()).includes('PENDING'), SOON).toBe(false);
		expect((await all()).map(({ outcome }) => outcome)).toEqual(calls.map(() => 'completed'));
		// The test proves something only if some calls were under way at the stop.
		const ends = (await all()).map(({ endedAt }) => Date.parse(endedAt!));
		expect(Math.max(...ends)).toBeGreaterThan(stoppedAt);
	});

	it('[CK1] gives a call at a foreign provider its whole timeout again', async () => {
		const provider = await startReceiver((response) => {
			response.writeHead(200, { 'content-type': 'application/json' });
			response.end(JSON.stringify({ providerId: 'far', scheduledInMs: 0 }));
		});
		const WEBHOOK_SECRET = newSecret();
		// Long enough for a slow machine. A pause of at least half the timeout counts as a suspension.
		const timeoutMs = 6_000;
		const CALL_TIMEOUT_MS = String(timeoutMs);
		const env = await environment({ PROVIDER_URL: provider.url, CALL_TIMEOUT_MS, WEBHOOK_SECRET });
		const server = await startServer(env);
		const url = await server.url;
		const { id } = await request(url);
		const call = async (): Promise<Call> => (await fetchJson<{ call: Call }>(url, `/api/calls/${id}`)).call;
		await expect.poll(async () => (await call()).providerId, SOON).toBe('far');
		void server.kill('SIGSTOP');
		await pause(timeoutMs / 2 + 500);
		const continuedAt = Date.now();
		void server.kill('SIGCONT');
		await expect.poll(async () => (await call()).outcome, SOON).toBe('no-report');
		expect(Date.parse((await call()).endedAt!)).toBeGreaterThanOrEqual(continuedAt + timeoutMs);
	});
});

/** Waits until all of these calls have ended. Returns their outcomes. */
async function outcomes(app: TestApp, ids: readonly string[]): Promise<(string | null)[]> {
	let calls: Call[] = [];
	await expect
		.poll(async () => {
			calls = await Promise.all(ids.map((id) => app.call(id)));
			return calls.filter(({ status }) => status === 'PENDING').map(({ phase }) => phase);
		}, SOON)
		.toEqual([]);
	return calls.map(({ outcome }) => outcome);
}

const isPhase = async (app: TestApp, id: string, phase: Call['phase']): Promise<void> =>
	expect.poll(async () => (await app.call(id)).phase, SOON).toBe(phase);

/** Creates calls that are at different points of their life, two of them because of faults. Returns their ids. */
async function atEachPoint(app: TestApp): Promise<string[]> {
	const faults = async (rates: object): Promise<void> => {
		const { body } = await app.api<{ faults: object }>('GET', '/api/provider/settings');
		const none = Object.fromEntries(Object.keys(body.faults).map((name) => [name, 0]));
		await app.api('PUT', '/api/provider/settings', { ...body, faults: { ...none, ...rates } });
	};
	await faults({ refused: 1 });
	const refused = await app.create({ scenario: talk(100) });
	const attempts = async (): Promise<number> =>
		(await app.timeline(refused.id)).events.filter(({ type }) => type === 'dispatch.attempt').length;
	await expect.poll(attempts, SOON).toBe(2); // attempted again after a second
	await faults({ lost: 1 });
	const lost = await app.create({ scenario: talk(0) });
	const states = async (): Promise<string[]> => (await app.timeline(lost.id)).deliveries.map(({ state }) => state);
	await expect.poll(states, SOON).toContain('retrying');
	await faults({});
	const ringing = await app.create({ scenario: talk(4_000) });
	await isPhase(app, ringing.id, 'RINGING');
	const dispatched = await app.create({ scenario: talk(4_000) });
	await isPhase(app, dispatched.id, 'INITIATED');
	const queued = await app.create({ scenario: talk(2_000) });
	return [refused, lost, ringing, dispatched, queued].map(({ id }) => id);
}

describe('a clock jump', { timeout: 90_000 }, () => {
	it('[CK4] back by a day delays only scheduled calls', async () => {
		const clock = settableClock();
		const app = await startApp({}, { chance: MAX_CHANCE });
		const ids = await atEachPoint(app);
		const later = await app.create({ scheduledAt: new Date(Date.now() + HOUR).toISOString() });
		clock.set(-DAY);
		const fresh = await app.create();
		expect(await outcomes(app, [...ids, fresh.id])).toEqual([...ids, fresh.id].map(() => 'completed'));
		expect(await app.call(later.id)).toMatchObject({ status: 'PENDING', phase: 'SCHEDULED' });
		const { calls } = await app.list();
		const times = calls.map(({ createdAt }) => createdAt);
		expect(times).toEqual(times.toSorted().toReversed());
	});

	it('[CK4] back by a day while the server is stopped delays no call under way', async () => {
		const clock = settableClock();
		const first = await startApp({}, { chance: MAX_CHANCE });
		const ids = await atEachPoint(first);
		await first.close();
		clock.set(-DAY);
		const second = await startApp(first.env, { chance: MAX_CHANCE });
		expect(await outcomes(second, ids)).toEqual(ids.map(() => 'completed'));
	});

	it('[CK3] forward by a day ends no call as no-report, and starts the scheduled calls that are due', async () => {
		const clock = settableClock();
		const app = await startApp({ CALL_TIMEOUT_MS: '5000' }, { chance: MAX_CHANCE });
		const ids = await atEachPoint(app);
		const at = (ms: number): string => new Date(Date.now() + ms).toISOString();
		const due = await app.create({ scheduledAt: at(DAY - HOUR) });
		const later = await app.create({ scheduledAt: at(DAY + HOUR) });
		clock.set(DAY);
		expect(await outcomes(app, [...ids, due.id])).toEqual([...ids, due.id].map(() => 'completed'));
		expect(await app.call(later.id)).toMatchObject({ status: 'PENDING', phase: 'SCHEDULED' });
	});

	it('[CK5] back ends a silent call after twice its timeout at the latest', async () => {
		const provider = await startReceiver((response) => {
			response.writeHead(200, { 'content-type': 'application/json' });
			response.end(JSON.stringify({ providerId: 'mute', scheduledInMs: 0 }));
		});
		const clock = settableClock();
		const app = await startApp({ PROVIDER_URL: provider.url, CALL_TIMEOUT_MS: '1000' });
		const { id } = await app.create();
		await expect.poll(async () => (await app.call(id)).providerId, SOON).toBe('mute');
		clock.set(-DAY);
		expect(await outcomes(app, [id])).toEqual(['no-report']);
	});
});

describe('a due webhook', { timeout: 90_000 }, () => {
	it('[CK2] runs before its call is judged silent, however late it is', async () => {
		const clock = manualClock();
		// The timeout is longer than the second after which a call with a due webhook is checked again.
		const app = await startApp({ CALL_TIMEOUT_MS: '5000' }, { now: clock.now });
		const { id } = await app.create({ scenario: talk(20_000) });
		const database = await openTestDatabase(app.env.DATABASE_URL);
		const watched = async (): Promise<number> =>
			Number((await database.all(`SELECT "dueAt" FROM "Job" WHERE "kind" = 'watch' AND "callId" = ?`, id))[0]?.dueAt);
		const judgedAt = clock.now() + 25_000;
		await expect.poll(watched, SOON).toBe(judgedAt);
		clock.advance(60_000);
		// Wakes only the worker of jobs. Moving the test's clock wakes no worker.
		await app.create({ scheduledAt: new Date(clock.now() + DAY).toISOString() });
		await expect.poll(watched, SOON).not.toBe(judgedAt);
		expect(await watched()).toBe(clock.now() + 1_000);
		await wakeProvider(app);
		expect(await outcomes(app, [id])).toEqual(['completed']);
	});
});
