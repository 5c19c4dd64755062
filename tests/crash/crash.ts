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
	/** The most calls that are poured in meanwhile. */
	calls: number;
	seed: string;
	say(line: string): void;
}

/** What was found after the last restart. Every list is empty where nothing was lost. */
export interface CrashReport {
	built: boolean;
	kills: number;
	/** Of which so many before the server listened. */
	duringStart: number;
	/** Answered with 201. */
	accepted: number;
	canceled: number;
	deleted: number;
	providerCalls: number;
	deliveries: number;
	attempts: number;
	tookMs: number;
	/** Accepted and never deleted, yet not there. */
	missing: string[];
	notTerminal: string[];
	/** Calls with another number of `ended` events than one. */
	endedOtherThanOnce: string[];
	/**
	 * Another end than the provider planned, though nobody asked for it to be canceled, nor was it refused as often as the
	 * schedule allows.
	 */
	otherEnd: string[];
	twoProviderCalls: string[];
	/** Planned, yet neither delivered nor, with its call hung up or gone, canceled. */
	lostDeliveries: string[];
	/** Fewer or more deliveries than the plan has reports. */
	unplanned: string[];
	/** But for those that were given up. */
	jobsLeft: string[];
	/** Hang-ups and recalls that were given up. */
	deadJobs: number;
	integrity: string;
	exitCode: number | null;
	/** What the servers logged as errors. */
	errors: string[];
}

const ENV = {
	...{ LOG_LEVEL: 'error', PROVIDER_DELAY_MS_MIN: '200', PROVIDER_DELAY_MS_MAX: '2500', PROVIDER_FAIL_RATE: '0.2' },
	PROVIDER_SPEED: '4', // retries of webhooks after 75 s at most
};
/** Little enough that every delivery gets through within its schedule. */
const FAULTS: Settings['faults'] = {
	...{ ...NO_FAULTS, doubled: 0.1, reordered: 0.1, late: 0.1, lost: 0.1, badSignature: 0.05 },
	...{ refused: 0.05, acceptedThenFailed: 0.15 },
};
const POURING = 4;
const QUIET_WITHIN_MS = 120_000;

/** Pours calls into a server that is killed again and again, lets the last one finish, and reads what is in its file. */
export async function crash({ kills, calls, seed, say }: CrashOptions): Promise<CrashReport> {
	const folder = await mkdtemp(join(tmpdir(), 'audena-crash-'));
	const databaseUrl = `file:${join(folder, 'audena.db')}`;
	const start = performance.now();
	const dice = diceOf(seed);
	const between = (min: number, max: number): number => min + Math.floor(dice() * (max - min));
	const errors: string[] = [];
	let acceptedSoFar = 0;
	let server!: ServerProcess;
	let url = '';
	let pouring = true;
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
	const listening = async (): Promise<void> => {
		url = await server.ready;
	};

	try {
		begin();
		await listening();
		await put(url, FAULTS);
		const pourers = Array.from({ length: POURING }, (_, i) => pourInto(diceOf(seed, 'pour', i), calls / POURING));
		let duringStart = 0;
		for (let i = 0; i < kills; i++) {
			if (i % 5 === 4)
				duringStart++; // every fifth one may not even come to listen
			else {
				await listening();
				await moreCalls(between(0, 40));
			}
			await pause(between(0, 500));
			await end('SIGKILL');
			say(`kill ${i + 1} of ${kills}`);
			begin();
		}
		await listening();
		pouring = false;
		const poured = (await Promise.all(pourers)).reduce(sum);
		await quiet(url, databaseUrl);
		const exitCode = await end('SIGTERM');
		const { accepted, canceled, askedToCancel, deleted, maybeDeleted } = poured;
		return {
			...{ built: serverCommand().built, kills, duringStart },
			...{ accepted: accepted.length, canceled, deleted: deleted.length, exitCode, errors },
			...(await inspect(databaseUrl, accepted, new Set([...deleted, ...maybeDeleted]), new Set(askedToCancel))),
			tookMs: Math.round(performance.now() - start),
		};
	} finally {
		server.kill('SIGKILL');
		await server.ended;
		await rm(folder, { recursive: true, force: true });
	}

	/** Until so many more were accepted: a moment in the server's own time, however busy the machine is. */
	async function moreCalls(count: number): Promise<void> {
		const enough = acceptedSoFar + count;
		const giveUpAt = performance.now() + 5_000;
		while (acceptedSoFar < enough && performance.now() < giveUpAt) await pause(2);
	}

	/** One who asks for call after call, and for some of them to be canceled or deleted; the server may go at any time. */
	async function pourInto(own: Dice, most: number): Promise<Poured> {
		const poured: Poured = { accepted: [], canceled: 0, askedToCancel: [], deleted: [], maybeDeleted: [] };
		while (pouring) {
			await pause(own() * 25);
			if (url === '' || poured.accepted.length >= most) continue;
			const call = await ask<{ call: Call }>('POST', '/api/calls', wanted(own));
			if (call === null) continue;
			const { id } = call.call;
			poured.accepted.push(id);
			acceptedSoFar++;
			const fate = own();
			// Somebody changes his mind about a call of before, which may be anywhere on its way.
			const other = poured.accepted[Math.max(0, poured.accepted.length - 1 - Math.floor(own() * 12))]!;
			if (fate < 0.06) {
				poured.askedToCancel.push(other);
				if ((await ask('POST', `/api/calls/${other}/cancel`)) !== null) poured.canceled++;
			}
			if (fate > 0.94) {
				const answer = await ask('DELETE', `/api/calls/${other}`);
				(answer === null ? poured.maybeDeleted : poured.deleted).push(other);
			}
		}
		return poured;
	}

	/** The answer, or null where none came; throws for one that is a refusal. */
	async function ask<T>(method: string, path: string, body?: unknown): Promise<T | null> {
		let response: Response;
		let text: string;
		try {
			response = await fetch(`${url}${path}`, {
				method,
				...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
			});
			text = await response.text();
		} catch {
			return null; // it was killed
		}
		// A call may have ended before it is canceled, or be gone.
		if (!response.ok && ![404, 409].includes(response.status))
			throw new Error(`${method} ${path}: ${response.status} ${text}`);
		return (text === '' ? {} : JSON.parse(text)) as T;
	}
}

interface Poured {
	accepted: string[];
	canceled: number;
	/** Whether or not it was still there to do it. */
	askedToCancel: string[];
	deleted: string[];
	/** The server was killed before it answered. */
	maybeDeleted: string[];
}

const sum = (a: Poured, b: Poured): Poured => ({
	accepted: [...a.accepted, ...b.accepted],
	canceled: a.canceled + b.canceled,
	askedToCancel: [...a.askedToCancel, ...b.askedToCancel],
	deleted: [...a.deleted, ...b.deleted],
	maybeDeleted: [...a.maybeDeleted, ...b.maybeDeleted],
});

/** A call as somebody may want it: some scheduled, some with a scenario, few numbers. */
function wanted(dice: Dice): object {
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

async function put(url: string, faults: Settings['faults']): Promise<void> {
	const address = `${url}/api/provider/settings`;
	const settings = (await (await fetch(address)).json()) as Settings;
	const body = JSON.stringify({ ...settings, faults });
	const { ok } = await fetch(address, { method: 'PUT', headers: { 'content-type': 'application/json' }, body });
	if (!ok) throw new Error('The settings were refused.');
}

/** Resolves when every call has ended, no webhook is on its way, and no job is left but for those that were given up. */
async function quiet(url: string, databaseUrl: string): Promise<void> {
	const giveUpAt = performance.now() + QUIET_WITHIN_MS;
	const some = async (path: string): Promise<boolean> => {
		const body = (await (await fetch(`${url}${path}`)).json()) as { calls?: unknown[]; deliveries?: unknown[] };
		return (body.calls ?? body.deliveries ?? []).length > 0;
	};
	const database = openDatabase({ url: databaseUrl, authToken: undefined });
	try {
		while (
			(await some('/api/calls?status=PENDING&limit=1')) ||
			(await some('/api/deliveries?state=pending&state=retrying&limit=1')) ||
			(await database.all(`${JOBS_LEFT} LIMIT 1`)).length > 0
		) {
			if (performance.now() > giveUpAt) return; // what is left is found in the file
			await pause(50);
		}
	} finally {
		database.close();
	}
}

const JOBS_LEFT = 'SELECT "kind", "callId" FROM "Job" WHERE "deadAt" IS NULL';
/** As many tries as there are, each with an error. */
const REFUSED_TO_THE_END = `${DISPATCH_SCHEDULE.length + 1} = (SELECT count(*) FROM "Event" WHERE "callId" = "Call"."id"
	AND "type" = 'dispatch.attempt' AND "data" ->> 'error' IS NOT NULL)`;
const NEVER_ACCEPTED = `NOT EXISTS (SELECT 1 FROM "Event" WHERE "callId" = "Call"."id"
	AND ("type" IN ('initiated', 'ringing', 'in-progress') OR ("type" = 'dispatch.attempt' AND "data" ->> 'error' IS NULL)))`;

/** Reads the file that the last server left. */
async function inspect(
	url: string,
	accepted: readonly string[],
	deleted: ReadonlySet<string>,
	askedToCancel: ReadonlySet<string>,
) {
	const database = openDatabase({ url, authToken: undefined });
	const ids = async (sql: string): Promise<string[]> =>
		(await database.all(sql)).map((row) => Object.values(row).join(' '));
	const number = async (table: string): Promise<number> => Number((await ids(`SELECT count(*) FROM "${table}"`))[0]);
	try {
		const there = new Set(await ids('SELECT "id" FROM "Call"'));
		return {
			missing: accepted.filter((id) => !there.has(id) && !deleted.has(id)),
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
				.filter(({ id, outcome }) => outcome !== 'canceled' || !askedToCancel.has(String(id)))
				.map((row) => Object.values(row).join(' ')),
			twoProviderCalls: await ids(`SELECT "callId" FROM "ProviderCall" GROUP BY "callId" HAVING count(*) > 1`),
			lostDeliveries:
				await ids(`SELECT "Delivery"."id", "Delivery"."state" FROM "Delivery" JOIN "ProviderCall" USING ("providerId")
				LEFT JOIN "Call" ON "Call"."id" = "Delivery"."callId"
				WHERE NOT ("Delivery"."state" = 'delivered' OR ("Delivery"."state" = 'canceled'
					AND ("ProviderCall"."state" = 'canceled' OR "Call"."id" IS NULL OR "Call"."outcome" = 'canceled')))`),
			// One that was hung up tells so at its end.
			unplanned:
				await ids(`SELECT "providerId" FROM "ProviderCall" WHERE json_array_length("plan") + ("state" = 'canceled') <>
				(SELECT count(*) FROM "Delivery" WHERE "Delivery"."providerId" = "ProviderCall"."providerId")`),
			jobsLeft: await ids(JOBS_LEFT),
			deadJobs: (await ids('SELECT "id" FROM "Job" WHERE "deadAt" IS NOT NULL')).length,
			integrity: (await ids('PRAGMA integrity_check')).join('\n'),
			...{ providerCalls: await number('ProviderCall'), deliveries: await number('Delivery') },
			attempts: await number('Attempt'),
		};
	} finally {
		database.close();
	}
}
