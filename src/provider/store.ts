import type { PlannedReport, ProviderCall, SendCall } from '#contract';
import type { Database, Row, Statement } from '#db/database.ts';
import { CANCEL_WHERE } from './cancel.ts';
import type { DeliveryFault } from './faults.ts';

/** A webhook before it has a due time. */
export interface PlannedDelivery {
	id: string;
	sequence: number;
	type: string;
	body: string;
}

/** A call that the provider is about to accept, with all its future webhooks. */
export interface Acceptance {
	providerId: string;
	key: string | null;
	request: SendCall;
	requestHash: string;
	/** The response body, repeated byte for byte for the same key. */
	answer: string;
	plan: PlannedReport[];
	acceptedAt: number;
	deliveries: (PlannedDelivery & { dueAt: number; faults: DeliveryFault[] })[];
}

export interface Accepted {
	answer: string;
	requestHash: string;
	/** True if the key was known, so that nothing was stored. */
	replayed: boolean;
}

export interface ProviderStore {
	/**
	 * Accepts a call with its webhooks in one transaction. A known key returns its earlier response. `plan`
	 * receives how many earlier calls had the same number and workflow, as counted at the first request under this
	 * key (`knock`).
	 */
	accept(key: string | null, request: SendCall, plan: (earlier: number) => Acceptance): Promise<Accepted>;
	/**
	 * Counts a send-call request. Called only while admission faults are enabled. Returns the request's attempt
	 * number under this key, and how many earlier calls had the same number and workflow at the first attempt.
	 * Calls between two attempts therefore do not change the draws.
	 */
	knock(key: string | null, request: SendCall): Promise<{ attempt: number; earlier: number }>;
	/**
	 * Hangs up an active call: cancels its waiting webhooks and adds `farewell` as the last report. The reports of
	 * an ended call are still sent, unless `deleted` is true, which cancels them. Returns the resulting call, or
	 * null if there is none.
	 */
	cancel(
		providerId: string,
		farewell: (call: ProviderCall, now: number) => PlannedDelivery,
		deleted: boolean,
	): Promise<ProviderCall | null>;
	get(providerId: string): Promise<ProviderCall | null>;
	/** Returns the ids of a call's deliveries. */
	deliveriesOf(providerId: string): Promise<string[]>;
	/** Newest first. */
	list(limit: number): Promise<ProviderCall[]>;
}

const BY_KEY = 'SELECT "answer", "requestHash" FROM "ProviderCall" WHERE "key" = ?';
const EARLIER = 'SELECT "next" FROM "ProviderDice" WHERE "phoneNumber" = ? AND "workflow" = ?';
const COUNT = `INSERT INTO "ProviderDice" ("phoneNumber", "workflow", "next") VALUES (?, ?, ?)
	ON CONFLICT ("phoneNumber", "workflow") DO UPDATE SET "next" = excluded."next"`;
const GET = 'SELECT * FROM "ProviderCall" WHERE "providerId" = ?';
const DELIVERIES = 'SELECT "id" FROM "Delivery" WHERE "providerId" = ?';
const LIST = 'SELECT * FROM "ProviderCall" ORDER BY "providerId" DESC LIMIT ?';
const INSERT = `INSERT INTO "ProviderCall" ("providerId", "key", "callId", "phoneNumber", "workflow", "scenario", "callbackUrl",
	"state", "plan", "requestHash", "answer", "acceptedAt", "endsAt") VALUES (?, ?, ?, ?, ?, ?, ?, 'active', ?, ?, ?, ?, ?)`;
const INSERT_DELIVERIES = `INSERT INTO "Delivery" ("id", "providerId", "callId", "sequence", "type", "url", "origin", "body", "state", "dueAt", "faults", "attempts", "createdAt")
	SELECT value ->> 0, ?, ?, value ->> 1, value ->> 2, ?, ?, value ->> 3, 'pending', value ->> 4, value ->> 5, 0, ? FROM json_each(?)`;
const KNOCKED = 'SELECT "attempts", "earlier" FROM "ProviderDoor" WHERE "key" = ?';
const KNOCK = `INSERT INTO "ProviderDoor" ("key", "attempts", "at", "earlier") VALUES (?, ?, ?, ?)
	ON CONFLICT ("key") DO UPDATE SET "attempts" = excluded."attempts", "at" = excluded."at"`;
const FORGET_KNOCKS = 'DELETE FROM "ProviderDoor" WHERE "at" < ?';
const CANCEL = `UPDATE "ProviderCall" SET "state" = 'canceled' WHERE "providerId" = ?`;
const CANCEL_DELIVERIES = `${CANCEL_WHERE} "providerId" = ?`;

/** How long the attempts under a key are counted: as long as idempotency keys are kept. */
const KNOCKS_KEPT_MS = 24 * 3_600_000;

export function createProviderStore(database: Database, now: () => number): ProviderStore {
	const get = async (providerId: string): Promise<ProviderCall | null> => {
		const [row] = await database.all(GET, providerId);
		return row ? providerCallOf(row, now()) : null;
	};

	return {
		get,
		deliveriesOf: async (providerId) => (await database.all(DELIVERIES, providerId)).map(({ id }) => String(id)),
		accept: (key, request, plan) =>
			database.transact<Accepted>(
				[
					[BY_KEY, key],
					[KNOCKED, key],
					[EARLIER, request.phoneNumber, request.workflow],
				],
				([known = [], knocked = [], counted = []]) => {
					const [before] = known;
					if (before) {
						const { answer, requestHash } = before;
						return {
							result: { answer: String(answer), requestHash: String(requestHash), replayed: true },
							statements: [],
						};
					}
					const { earlier, count } = ordinalOf(request, knocked[0], counted[0]);
					const acceptance = plan(earlier);
					const { answer, requestHash } = acceptance;
					const statements = [...count, ...insertsOf(acceptance)];
					return { result: { answer, requestHash, replayed: false }, statements };
				},
			),
		knock: (key, request) =>
			database.transact(
				[
					[KNOCKED, key],
					[EARLIER, request.phoneNumber, request.workflow],
				],
				([knocked = [], counted = []]) => {
					const [before] = knocked;
					const attempt = Number(before?.attempts ?? 0) + 1;
					const { earlier, count: statements } = ordinalOf(request, before, counted[0]);
					if (key !== null)
						statements.push([FORGET_KNOCKS, now() - KNOCKS_KEPT_MS], [KNOCK, key, attempt, now(), earlier]);
					return { result: { attempt, earlier }, statements };
				},
			),
		cancel: (providerId, farewell, deleted) =>
			database.transact([[GET, providerId]], ([rows = []]) => {
				const [row] = rows;
				if (!row) return { result: null, statements: [] };
				const at = now();
				const call = providerCallOf(row, at);
				if (call.state !== 'active')
					return { result: call, statements: deleted ? [[CANCEL_DELIVERIES, providerId]] : [] };
				const { id, type, sequence, body } = farewell(call, at);
				const last = JSON.stringify([[id, sequence, type, body, at, '[]']]);
				return {
					result: { ...call, state: 'canceled' as const },
					statements: [
						[CANCEL, providerId],
						[CANCEL_DELIVERIES, providerId],
						[INSERT_DELIVERIES, providerId, call.callId, ...addressOf(call.callbackUrl), at, last],
					],
				};
			}),
		list: async (limit) => (await database.all(LIST, limit)).map((row) => providerCallOf(row, now())),
	};
}

/**
 * Returns how many earlier calls had this number and workflow, as counted at the key's first request. At that
 * request, also returns the statement that counts this call.
 */
function ordinalOf(
	{ phoneNumber, workflow }: SendCall,
	knocked: Row | undefined,
	counted: Row | undefined,
): { earlier: number; count: Statement[] } {
	if (knocked) return { earlier: Number(knocked.earlier), count: [] };
	const earlier = Number(counted?.next ?? 0);
	return { earlier, count: [[COUNT, phoneNumber, workflow, earlier + 1]] };
}

function insertsOf({
	providerId,
	key,
	request,
	requestHash,
	answer,
	plan,
	acceptedAt,
	deliveries,
}: Acceptance): Statement[] {
	const { callId, phoneNumber, workflow } = request;
	const scenario = request.scenario == null ? null : JSON.stringify(request.scenario);
	const url = request.callbackUrl ?? null;
	const endsAt = acceptedAt + (plan.at(-1)?.afterMs ?? 0);
	const rows = deliveries.map(({ id, sequence, type, body, dueAt, faults }) => [
		...[id, sequence, type, body, dueAt],
		JSON.stringify(faults),
	]);
	return [
		[
			INSERT,
			...[providerId, key, callId, phoneNumber, workflow, scenario, url],
			...[JSON.stringify(plan), requestHash, answer, acceptedAt, endsAt],
		],
		[INSERT_DELIVERIES, providerId, callId, ...addressOf(url), acceptedAt, JSON.stringify(rows)],
	];
}

/** The webhook URL and its origin, which identifies the receiver. Both are null for this server. */
const addressOf = (url: string | null): [url: string | null, origin: string | null] => [
	url,
	url === null ? null : new URL(url).origin,
];

function providerCallOf(row: Row, now: number): ProviderCall {
	const endsAt = Number(row.endsAt);
	return {
		providerId: String(row.providerId),
		callId: String(row.callId),
		phoneNumber: String(row.phoneNumber),
		workflow: row.workflow as ProviderCall['workflow'],
		scenario: row.scenario === null ? null : (JSON.parse(String(row.scenario)) as ProviderCall['scenario']),
		callbackUrl: row.callbackUrl === null ? null : String(row.callbackUrl),
		state: row.state === 'active' && endsAt <= now ? 'ended' : (row.state as ProviderCall['state']),
		plan: JSON.parse(String(row.plan)) as PlannedReport[],
		acceptedAt: new Date(Number(row.acceptedAt)).toISOString(),
		endsAt: new Date(endsAt).toISOString(),
	};
}
