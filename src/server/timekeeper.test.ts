import { expect, it, onTestFinished } from 'vitest';
import type { Database } from '#db/database.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import { STEADY_MS } from './clock.ts';
import { startTimekeeper } from './timekeeper.ts';

const [NOON, MINUTE, DAY] = [1_800_000_000_000, 60_000, 86_400_000];

/** A server's clock on this database. `pass` lets time pass, and `set` moves the wall clock by `ms`. */
async function start(database: Database, now: number, alone = true) {
	const at = { now, uptime: 0 };
	const setBack: number[] = [];
	const time = await startTimekeeper({
		database,
		alone,
		now: () => at.now,
		uptime: () => at.uptime,
		breakMs: 60_000,
		moveTimesBack: (ms) => Promise.resolve(void setBack.push(ms)),
		onJump: () => undefined,
		onResume: () => undefined,
		onSetBack: () => undefined,
		onError(error) {
			throw error;
		},
	});
	onTestFinished(() => time.close());
	return {
		setBack,
		isSteady: () => time.isSteady(),
		pass(ms: number) {
			at.now += ms;
			at.uptime += ms;
		},
		set: (ms: number) => (at.now += ms),
		async stop() {
			await time.store();
			time.close();
		},
	};
}

/** Runs a server until its clock is steady, then stops it. Returns the time of the stop. */
async function steadyStop(database: Database, alone = true): Promise<number> {
	const server = await start(database, NOON, alone);
	server.pass(STEADY_MS);
	await server.stop();
	return NOON + STEADY_MS;
}

it.each([
	['alone', true],
	['on a database with other processes', false],
])('[RT8] a server %s is steady at once after a short stop, and not after a long one', async (_, alone) => {
	const database = await migratedDatabase();
	const first = await start(database, NOON, alone);
	expect(first.isSteady()).toBe(false);
	await first.stop();
	const stoppedAt = await steadyStop(database, alone);
	for (const [away, isSteady] of [
		[STEADY_MS + 1, false],
		[STEADY_MS, true],
		[-STEADY_MS - 1, false],
	] as const) {
		const server = await start(database, stoppedAt + away, alone);
		expect([away, server.isSteady()]).toEqual([away, isSteady]);
		await server.stop();
	}
});

it('[RT8] a restart does not make a wrong clock steady', async () => {
	const database = await migratedDatabase();
	const stoppedAt = await steadyStop(database);
	for (let starts = 0; starts < 3; starts++) {
		const server = await start(database, stoppedAt + 365 * DAY + starts * 60_000);
		expect(server.isSteady()).toBe(false);
		server.pass(60_000);
		await server.stop();
	}
});

it.each([
	['a day forward', DAY],
	['fifty minutes forward', 50 * MINUTE],
	['ten minutes back', -10 * MINUTE],
])('[RT8] a restart does not end the hour after a jump of %s', async (_, jump) => {
	const database = await migratedDatabase();
	const stoppedAt = await steadyStop(database);
	const running = await start(database, stoppedAt);
	expect(running.isSteady()).toBe(true);
	running.set(jump);
	expect(running.isSteady()).toBe(false);
	await running.stop();
	expect((await start(database, stoppedAt + jump + MINUTE)).isSteady()).toBe(false);
});

it('[RT8] a server whose clock was set back while it was stopped is not steady, nor after a restart', async () => {
	const database = await migratedDatabase();
	const stoppedAt = await steadyStop(database);
	for (const passed of [0, MINUTE]) {
		const server = await start(database, stoppedAt - 10 * MINUTE + passed);
		expect(server.isSteady()).toBe(false);
		await server.stop();
	}
});

it('[CK4] a start behind the last stop moves the due times back', async () => {
	const database = await migratedDatabase();
	const stoppedAt = await steadyStop(database);
	expect((await start(database, stoppedAt - DAY)).setBack).toEqual([DAY]);
});
