import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { NO_FAULTS, SCENARIO_NAMES, WORKFLOWS, type Call, type Settings } from '#contract';
import { openDatabase } from '#db/open.ts';
import { diceOf, type Dice } from '#provider/dice.ts';
import { DISPATCH_SCHEDULE } from '#queue/backoff.ts';
import { serverCommand, startServer, type ServerProcess } from '#tests/support/server-process.ts';

export interface CrashOptions {
	kills: number;
	/** Maximum number of calls that are created while servers are killed. */
	calls: number;
	seed: string;
	log(line: string): void;
}

/** The result after the last restart. Every list is empty if nothing was lost. */
export interface CrashReport {
	built: boolean;
	kills: number;
	/** Number of kills that did not wait until the server listened. */
	duringStart: number;
	/** Number of calls whose creation got a 201. */
	accepted: number;
	canceled: number;
	deleted: number;
	providerCalls: number;
	deliveries: number;
	attempts: number;
	tookMs: number;
	/** Calls that were accepted and never deleted, but are not in the database. */
	missing: string[];
	notTerminal: string[];
	/** Calls with zero or several `ended` events. */
	endedOtherThanOnce: string[];
	/**
	 * Calls with another outcome than planned, although no cancel was requested and the schedule of attempts was not
	 * exhausted.
	 */
	otherEnd: string[];
	twoProviderCalls: string[];
	/** Deliveries that were neither delivered, nor canceled because their call was hung up or deleted. */
	lostDeliveries: string[];
	/** Calls with more or fewer deliveries than their plan has reports. */
	unplanned: string[];
	/** Jobs that are left, except dead ones. */
	jobsLeft: string[];
	/** Number of dead jobs: hang-ups and recalls whose attempts are used up. */
	deadJobs: number;
	integrity: string;
	exitCode: number | null;
	/** The errors that the servers logged. */
	errors: string[];
}

const ENV = {
	LOG_LEVEL: 'error',
	PROVIDER_DELAY_MS_MIN: '200',
	PROVIDER_DELAY_MS_MAX: '2500',
	PROVIDER_FAIL_RATE: '0.2',
	PROVIDER_SPEED: '4', // webhooks are retried after 75 s at most
};
/** Fault rates that are low enough for every delivery to succeed within its schedule of attempts. */
const FAULTS: Settings['faults'] = {
	...NO_FAULTS,
	doubled: 0.1,
	reordered: 0.1,
	late: 0.1,
	lost: 0.1,
	badSignature: 0.05,
	refused: 0.05,
	acceptedThenFailed: 0.15,
};
const LOADERS = 4;
const QUIET_WITHIN_MS = 120_000;

/**
 * Creates calls on a server that is killed and restarted again and again. Then waits for the end of all calls, and
 * inspects the database file.
 */
export async function crash({ kills, calls, seed, log }: CrashOptions): Promise<CrashReport> {
	const folder = await mkdtemp(join(tmpdir(), 'audena-crash-'));
	const databaseUrl = `file:${join(folder, 'audena.db')}`;
	const start = performance.now();
	const dice = diceOf(seed);
	const between = (min: number, max: number): number => min + Math.floor(dice() * (max - min));
	const errors: string[] = [];
	let acceptedSoFar = 0;
	let server!: ServerProcess;
	let url = '';
	let isLoading = true;
	const begin = (): void => {
		server = startServer(folder, { ...ENV, DATABASE_URL: databaseUrl, PROVIDER_SEED: seed });
	};
	const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> => {
		url = '';
		server.kill(signal);
		const code = await server.ended;
		errors.push(...server.lines.filter((line) => !line.startsWith('Audena Call Simulator: ')));
		return code;
	};
	const waitUntilReady = async (): Promise<void> => {
		url = await server.ready;
	};

	try {
		begin();
		await waitUntilReady();
		await putFaults(url, FAULTS);
		const loaders = Array.from({ length: LOADERS }, (_, i) => runLoad(diceOf(seed, 'pour', i), calls / LOADERS));
		let duringStart = 0;
		for (let i = 0; i < kills; i++) {
			if (i % 5 === 4)
				duringStart++; // every fifth server may be killed before it listens
			else {
				await waitUntilReady();
				await moreCalls(between(0, 40));
			}
			await pause(between(0, 500));
			await end('SIGKILL');
			log(`kill ${i + 1} of ${kills}`);
			begin();
		}
		await waitUntilReady();
		isLoading = false;
		const result = (await Promise.all(loaders)).reduce(sum);
		await waitUntilQuiet(url, databaseUrl);
		const exitCode = await end('SIGTERM');
		const { accepted, canceled, cancelRequested, deleted, maybeDeleted } = result;
		return {
			built: serverCommand().built,
			kills,
			duringStart,
			accepted: accepted.length,
			canceled,
			deleted: deleted.length,
			exitCode,
			errors,
			...(await inspect(databaseUrl, accepted, new Set([...deleted, ...maybeDeleted]), new Set(cancelRequested))),
			tookMs: Math.round(performance.now() - start),
		};
	} finally {
		server.kill('SIGKILL');
		await server.ended;
		await rm(folder, { recursive: true, force: true });
	}

	/**
	 * Waits until `count` more calls were accepted, for at most 5 s. A fixed pause would mean more progress on a fast
	 * machine than on a slow one.
	 */
	async function moreCalls(count: number): Promise<void> {
		const target = acceptedSoFar + count;
		const giveUpAt = performance.now() + 5_000;
		while (acceptedSoFar < target && performance.now() < giveUpAt) await pause(2);
	}

	/** Creates calls in a loop, and cancels or deletes some of them. The server may be killed at any time. */
	async function runLoad(own: Dice, most: number): Promise<LoadResult> {
		const result: LoadResult = { accepted: [], canceled: 0, cancelRequested: [], deleted: [], maybeDeleted: [] };
		while (isLoading) {
			await pause(own() * 25);
			if (url === '' || result.accepted.length >= most) continue;
			const call = await send<{ call: Call }>('POST', '/api/calls', randomRequest(own));
			if (call === null) continue;
			const { id } = call.call;
			result.accepted.push(id);
			acceptedSoFar++;
			const draw = own();
			// The call to cancel or delete: one of the last twelve, in any phase.
			const other = result.accepted[Math.max(0, result.accepted.length - 1 - Math.floor(own() * 12))]!;
			if (draw < 0.06) {
				result.cancelRequested.push(other);
				if ((await send('POST', `/api/calls/${other}/cancel`)) !== null) result.canceled++;
			}
			if (draw > 0.94) {
				const deleted = await send('DELETE', `/api/calls/${other}`);
				(deleted === null ? result.maybeDeleted : result.deleted).push(other);
			}
		}
		return result;
	}

	/** Returns the response's body, or null if there was no response. Throws for any error except 404 and 409. */
	async function send<T>(method: string, path: string, body?: unknown): Promise<T | null> {
		let response: Response;
		let text: string;
		try {
			response = await fetch(`${url}${path}`, {
				method,
				...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
			});
			text = await response.text();
		} catch {
			return null; // the server was killed
		}
		// 404: the call was deleted. 409: the call ended before its cancel.
		if (!response.ok && ![404, 409].includes(response.status))
			throw new Error(`${method} ${path}: ${response.status} ${text}`);
		return (text === '' ? {} : JSON.parse(text)) as T;
	}
}

interface LoadResult {
	accepted: string[];
	canceled: number;
	/** Calls whose cancel was requested, whether it succeeded or not. */
	cancelRequested: string[];
	deleted: string[];
	/** Calls whose delete got no response, because the server was killed. */
	maybeDeleted: string[];
}

const sum = (a: LoadResult, b: LoadResult): LoadResult => ({
	accepted: [...a.accepted, ...b.accepted],
	canceled: a.canceled + b.canceled,
	cancelRequested: [...a.cancelRequested, ...b.cancelRequested],
	deleted: [...a.deleted, ...b.deleted],
	maybeDeleted: [...a.maybeDeleted, ...b.maybeDeleted],
});

/** Returns a random request: some scheduled, some with a scenario. Few phone numbers, so that calls share them. */
function randomRequest(dice: Dice): object {
	const pick = <T>(from: readonly T[]): T => from[Math.floor(dice() * from.length)]!;
	const scheduledAt = new Date(Date.now() + dice() * 4_000).toISOString();
	return {
		customerName: `Customer ${Math.floor(dice() * 1_000)}`,
		phoneNumber: `+120255501${String(Math.floor(dice() * 50)).padStart(2, '0')}`,
		workflow: pick(WORKFLOWS),
		...(dice() < 0.2 ? { scheduledAt } : {}),
		...(dice() < 0.4 ? { scenario: pick(SCENARIO_NAMES.filter((name) => name !== 'slow')) } : {}),
	};
}

async function putFaults(url: string, faults: Settings['faults']): Promise<void> {
	const address = `${url}/api/provider/settings`;
	const settings = (await (await fetch(address)).json()) as Settings;
	const body = JSON.stringify({ ...settings, faults });
	const { ok } = await fetch(address, { method: 'PUT', headers: { 'content-type': 'application/json' }, body });
	if (!ok) throw new Error('The settings were refused.');
}

/** Waits until every call has ended, no webhook waits and only dead jobs are left, or until the timeout. */
async function waitUntilQuiet(url: string, databaseUrl: string): Promise<void> {
	const giveUpAt = performance.now() + QUIET_WITHIN_MS;
	const hasAny = async (path: string): Promise<boolean> => {
		const body = (await (await fetch(`${url}${path}`)).json()) as { calls?: unknown[]; deliveries?: unknown[] };
		return (body.calls ?? body.deliveries ?? []).length > 0;
	};
	const database = openDatabase({ url: databaseUrl, authToken: undefined });
	try {
		while (
			(await hasAny('/api/calls?status=PENDING&limit=1')) ||
			(await hasAny('/api/deliveries?state=pending&state=retrying&limit=1')) ||
			(await database.all(`${JOBS_LEFT} LIMIT 1`)).length > 0
		) {
			if (performance.now() > giveUpAt) return; // `inspect` reports what is left
			await pause(50);
		}
	} finally {
		database.close();
	}
}

const JOBS_LEFT = 'SELECT "kind", "callId" FROM "Job" WHERE "deadAt" IS NULL';
/** SQL condition on a call: every dispatch attempt of the schedule failed. */
const REFUSED_TO_THE_END = `${DISPATCH_SCHEDULE.length + 1} = (SELECT count(*) FROM "Event" WHERE "callId" = "Call"."id"
	AND "type" = 'dispatch.attempt' AND "data" ->> 'error' IS NOT NULL)`;
const NEVER_ACCEPTED = `NOT EXISTS (SELECT 1 FROM "Event" WHERE "callId" = "Call"."id"
	AND ("type" IN ('initiated', 'ringing', 'in-progress') OR ("type" = 'dispatch.attempt' AND "data" ->> 'error' IS NULL)))`;

/** Inspects the database file after the last server has ended. */
async function inspect(
	url: string,
	accepted: readonly string[],
	deleted: ReadonlySet<string>,
	cancelRequested: ReadonlySet<string>,
) {
	const database = openDatabase({ url, authToken: undefined });
	const ids = async (sql: string): Promise<string[]> =>
		(await database.all(sql)).map((row) => Object.values(row).join(' '));
	const number = async (table: string): Promise<number> => Number((await ids(`SELECT count(*) FROM "${table}"`))[0]);
	try {
		const existing = new Set(await ids('SELECT "id" FROM "Call"'));
		return {
			missing: accepted.filter((id) => !existing.has(id) && !deleted.has(id)),
			notTerminal: await ids(
				`SELECT "id" FROM "Call" WHERE "status" = 'PENDING' OR "phase" <> 'ENDED' OR "outcome" IS NULL`,
			),
			endedOtherThanOnce: await ids(`SELECT "id" FROM "Call" WHERE 1 <>
				(SELECT count(*) FROM "Event" WHERE "callId" = "Call"."id" AND "type" = 'ended')`),
			otherEnd: (
				await database.all(`SELECT "Call"."id", "outcome", "plan" ->> '$[#-1].outcome' AS "planned"
					FROM "Call" LEFT JOIN "ProviderCall" ON "callId" = "Call"."id"
					WHERE "outcome" IS NOT "planned"
						AND NOT ("outcome" = 'provider-unreachable' AND ${REFUSED_TO_THE_END} AND ${NEVER_ACCEPTED})`)
			)
				.filter(({ id, outcome }) => outcome !== 'canceled' || !cancelRequested.has(String(id)))
				.map((row) => Object.values(row).join(' ')),
			twoProviderCalls: await ids(`SELECT "callId" FROM "ProviderCall" GROUP BY "callId" HAVING count(*) > 1`),
			lostDeliveries:
				await ids(`SELECT "Delivery"."id", "Delivery"."state" FROM "Delivery" JOIN "ProviderCall" USING ("providerId")
				LEFT JOIN "Call" ON "Call"."id" = "Delivery"."callId"
				WHERE NOT ("Delivery"."state" = 'delivered' OR ("Delivery"."state" = 'canceled'
					AND ("ProviderCall"."state" = 'canceled' OR "Call"."id" IS NULL OR "Call"."outcome" = 'canceled')))`),
			// A hang-up adds one report to those of the plan.
			unplanned:
				await ids(`SELECT "providerId" FROM "ProviderCall" WHERE json_array_length("plan") + ("state" = 'canceled') <>
				(SELECT count(*) FROM "Delivery" WHERE "Delivery"."providerId" = "ProviderCall"."providerId")`),
			jobsLeft: await ids(JOBS_LEFT),
			deadJobs: (await ids('SELECT "id" FROM "Job" WHERE "deadAt" IS NOT NULL')).length,
			integrity: (await ids('PRAGMA integrity_check')).join('\n'),
			providerCalls: await number('ProviderCall'),
			deliveries: await number('Delivery'),
			attempts: await number('Attempt'),
		};
	} finally {
		database.close();
	}
}
