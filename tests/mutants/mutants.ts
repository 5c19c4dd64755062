/**
 * A small change in one place that breaks the product. `npm run mutants` applies one mutant after another and
 * expects the named tests to fail. A mutant that survives shows a rule that no test checks any more.
 */
export interface Mutant {
	/** What breaks for a user. */
	name: string;
	file: string;
	/** A text that occurs exactly once in the file, and what takes its place. */
	find: string;
	replace: string;
	/** The test files that must fail. */
	tests: readonly string[];
	/** Part of a test's name. To save time, only the tests run whose names contain this part. */
	only?: string;
}

const PLAN = 'src/server/calls/plan.ts';
const MACHINE = 'src/server/calls/machine.ts';
const LEDGER = 'src/server/calls/ledger.ts';
const ROWS = 'src/server/calls/rows.ts';
const PLAN_TEST = 'src/server/calls/plan.test.ts';
const ROWS_TEST = 'src/server/calls/rows.test.ts';
const MACHINE_TEST = 'src/server/calls/machine.test.ts';
const WORKER_TEST = 'src/queue/worker.test.ts';
const EXPIRY = 'src/provider/expiry.ts';
const EXPIRY_TEST = 'src/provider/expiry.test.ts';
const FRAMES = 'src/lib/live/frames.ts';
const FRAMES_TEST = 'src/lib/live/frames.test.ts';

const CALLS: readonly Mutant[] = [
	{
		name: 'a webhook that is sent twice counts twice',
		file: PLAN,
		find: 'if (!this.#unit.receive(webhookId)) return { call };',
		replace: 'this.#unit.receive(webhookId);',
		tests: [PLAN_TEST],
		only: '[P1]',
	},
	{
		name: 'a webhook that comes again later counts again: its id was not stored',
		file: LEDGER,
		find: 'this.#step.receipts.push([webhookId, this.now]);',
		replace: '',
		tests: [PLAN_TEST],
		only: '[P1]',
	},
	{
		name: 'a late webhook adds to the timeline of an ended call',
		file: PLAN,
		find: `if (call.status !== 'PENDING') return { call, idempotent: true };`,
		replace: '',
		tests: [PLAN_TEST],
		only: '[P2] of two final webhooks',
	},
	{
		name: 'a late report changes an ended call',
		file: MACHINE,
		find: `if (isTerminal(call)) return { reason: 'terminal' };`,
		replace: '',
		tests: [MACHINE_TEST],
	},
	{
		name: 'a reordered webhook takes a call back to an earlier phase',
		file: MACHINE,
		find: 'rank(report.phase) <= rank(call.phase)',
		replace: 'rank(report.phase) === rank(call.phase)',
		tests: [MACHINE_TEST],
	},
	{
		name: 'a worker that lost its lease decides about a call',
		file: LEDGER,
		find: 'return state?.lease === lease ? state : undefined;',
		replace: 'return state;',
		tests: [PLAN_TEST],
		only: '[P6]',
	},
	{
		name: 'a call that was canceled while it was dispatched goes on ringing',
		file: PLAN,
		find: 'this.#hangUp({ id, providerId }, call ? {} : { deleted: true });',
		replace: 'undefined;',
		tests: [PLAN_TEST],
		only: '[P7]',
	},
	{
		name: 'the history is out of order after the clock was set back',
		file: LEDGER,
		find: 'this.now = Math.max(clock, state.position.at);',
		replace: 'this.now = clock;',
		tests: [PLAN_TEST],
		only: '[P12]',
	},
	{
		name: 'an idempotent response is repeated long after its day',
		file: 'src/server/repetitions.ts',
		find: `'DELETE FROM "IdempotentAnswer" WHERE "at" < ?',`,
		replace: '',
		tests: ['src/server/repetitions.test.ts'],
	},
	{
		name: 'a change is sent twice: a client joins while changes are gathered',
		file: 'src/server/feed/hub.ts',
		find: `gatherer.flush();
				return use(sync);`,
		replace: `return use(sync);`,
		tests: ['src/server/feed/hub.test.ts'],
	},
	{
		name: 'a failing write takes its group with it: no half is tried alone',
		file: 'src/db/group-commit.ts',
		find: `if (group.length === 1 || isDatabaseFault(error))`,
		replace: `if (group.length > 0 || isDatabaseFault(error))`,
		tests: ['src/db/file.test.ts', 'src/db/group-commit.test.ts'],
	},
	{
		name: 'tabs see a change that was never committed: publish comes before commit',
		file: 'src/server/calls/writer.ts',
		find: `now(), newId);
				return { result: planned, statements: statementsOf(planned.steps, planned.position) };
			});
			guarded(() => onCommit({ changes, previous, position, touched: commands.flatMap(idOf) }));`,
		replace: `now(), newId);
				guarded(() => onCommit({ ...planned, touched: commands.flatMap(idOf) }));
				return { result: planned, statements: statementsOf(planned.steps, planned.position) };
			});`,
		tests: ['src/server/calls/writer.test.ts'],
	},
	{
		name: 'two processes give one seq to two changes: it is read outside the transaction',
		file: 'src/server/calls/writer.ts',
		find: 'const { outcomes, changes, previous, position, jobs } = await database.transact(reads, ([feed = [], ...rows]) => {',
		replace: `const feed = await database.all(READ_FEED);
		const { outcomes, changes, previous, position, jobs } = await database.transact(reads, ([, ...rows]) => {`,
		tests: ['src/server/calls/writer.test.ts'],
	},
];

const DATABASE: readonly Mutant[] = [
	{
		name: 'a caller gets its response although the commit failed',
		file: 'src/db/file.ts',
		find: `sqlite.exec('COMMIT');`,
		replace: `try { sqlite.exec('COMMIT'); } catch { return result; }`,
		tests: ['src/db/file.test.ts'],
		only: '[DB3]',
	},
	{
		name: 'a power cut loses calls that were accepted',
		file: 'src/db/file.ts',
		find: `timeoutMs = 5_000, synchronous: Synchronous = 'FULL'`,
		replace: `timeoutMs = 5_000, synchronous: Synchronous = 'NORMAL'`,
		tests: ['src/db/file.test.ts'],
		only: '[DB2]',
	},
	{
		name: 'a server goes on writing to a database file that was deleted',
		file: 'src/db/place.ts',
		find: 'const why = reasonOrFailure();',
		replace: 'const why: string | null = reasonOrFailure() === null ? null : null;',
		tests: ['tests/integration/database-gone.test.ts'],
		only: '[DB22] the server creates nothing at the path',
	},
];

const JOBS: readonly Mutant[] = [
	{
		name: 'two workers run one job at the same time: a claim ignores leases',
		file: 'src/server/jobs/store.ts',
		find: `AND ("leasedUntil" IS NULL OR "leasedUntil" < ?3) ORDER BY`,
		replace: 'ORDER BY',
		tests: [WORKER_TEST],
		only: '[Q6]',
	},
	{
		name: 'long work runs twice: its lease is not prolonged',
		file: 'src/queue/worker.ts',
		find: 'await store.renew(row.id, row.lease, until);',
		replace: 'await store.renew(row.id, row.lease, now() - 1);',
		tests: [WORKER_TEST],
		only: '[Q6]',
	},
	{
		name: 'all clients retry at once: a backoff has no floor',
		file: 'src/queue/backoff.ts',
		find: '(0.5 + chance / 2)',
		replace: 'chance',
		tests: ['src/queue/backoff.test.ts'],
	},
	{
		name: 'one call rings twice: a retry has another Idempotency-Key',
		file: 'src/server/jobs/jobs.ts',
		find: 'providerClient.send(job.callId, job.payload)',
		replace: 'providerClient.send(`${job.callId}.${job.attempts}`, job.payload)',
		tests: ['tests/integration/access.test.ts'],
		only: '[A31] gets a retry',
	},
	{
		name: 'a retry comes late: it keeps the lease of the attempt before',
		file: ROWS,
		find: `(value ->> 2 IS NOT NULL), "lease" = NULL, "leasedUntil" = NULL`,
		replace: '(value ->> 2 IS NOT NULL)',
		tests: [ROWS_TEST],
		only: '[P15]',
	},
	{
		name: 'a revived hang-up has used up its attempts already',
		file: ROWS,
		find: `"dueAt" = value ->> 1, "failures" = 0`,
		replace: `"dueAt" = value ->> 1`,
		tests: [ROWS_TEST],
		only: '[P19]',
	},
	{
		name: 'after a kill, calls wait for the leases of the dead process',
		file: 'src/server/app.ts',
		find: 'if (alone) await createJobStore(database).takeOver();',
		replace: '',
		tests: ['tests/crash/workers.test.ts'],
		only: '[Z7]',
	},
	{
		name: 'a call ends as no-report because the machine slept',
		file: 'src/server/clock.ts',
		find: `drift) >= breakMs) {
			since = last.now;`,
		replace: 'drift) >= breakMs) {',
		tests: ['src/server/clock.test.ts'],
	},
	{
		name: 'a call ends as no-report while its webhook is still due',
		file: 'src/server/jobs/jobs.ts',
		find: 'if (await hasDueWebhook(job.callId))',
		replace: 'if (await Promise.resolve(false))',
		tests: ['tests/integration/clock.test.ts'],
		only: '[CK2]',
	},
];

const FEED_SERVER: readonly Mutant[] = [
	{
		name: 'a deleted call stays in tabs that were away: a deletion leaves no tombstone',
		file: ROWS,
		find: 'for (const sql of REMOVE) write(sql, step.removed);',
		replace: 'for (const sql of REMOVE_CALLS) write(sql, step.removed);',
		tests: [ROWS_TEST],
		only: '[RT3]',
	},
	{
		name: 'a deleted call stays in tabs that were away: a delta forgets deletions',
		file: 'src/server/feed/delta.ts',
		find: ', ...tombstones.map(deletionOf)]',
		replace: ']',
		tests: ['tests/integration/main-flow.test.ts'],
		only: '[F7]',
	},
	{
		name: 'a tab that was away for long misses deletions that were pruned',
		file: 'src/server/feed/delta.ts',
		find: ' && parsed.seq >= position.prunedSeq',
		replace: '',
		tests: ['src/server/retention/tombstones.test.ts'],
		only: '[RT7] the newest',
	},
	{
		name: 'a tab keeps the calls of another database after a restore',
		file: 'src/server/feed/delta.ts',
		find: 'parsed?.epoch === position.epoch && parsed.seq',
		replace: 'parsed !== null && parsed.seq',
		tests: ['tests/integration/main-flow.test.ts'],
		only: '[F8]',
	},
	{
		name: 'a tab that connects during a commit misses it: it joins one turn too early',
		file: 'src/server/feed/hub.ts',
		find: 'if ((readCursor(sync.cursor)?.seq ?? 0) < committed && attempt < SYNC_ATTEMPTS) continue;',
		replace: '',
		tests: ['src/server/feed/hub.test.ts'],
	},
	{
		name: 'tabs miss what another process wrote between two commits',
		file: 'src/server/feed/hub.ts',
		find: 'if (part?.at(-1)?.position.change === one.previous)',
		replace: 'if (part)',
		tests: ['src/server/feed/hub.test.ts'],
		only: '[F81]',
	},
	{
		name: 'in a burst a created call is sent as an updated one',
		file: 'src/server/feed/compact.ts',
		find: `wasCreated ? { ...change, type: 'created' } : change`,
		replace: 'wasCreated ? change : change',
		tests: ['src/server/feed/compact.test.ts'],
	},
	{
		name: 'an event stream cannot be resumed: its events have no id',
		file: 'src/server/feed/stream-door.ts',
		find: 'return `event: ${event}\\nid: ${data.cursor}\\ndata:',
		replace: 'return `event: ${event}\\ndata:',
		tests: ['src/server/feed/stream-door.test.ts'],
	},
	{
		name: 'a tab hears of every call that it ever opened: a subscription is not removed',
		file: 'src/server/feed/watching.ts',
		find: 'for (const room of socket.rooms) if (room.startsWith(CALL)) void socket.leave(room);',
		replace: '',
		tests: ['tests/integration/watching.test.ts'],
		only: '[F71] is for one call',
	},
	{
		name: 'a client that does not read fills the memory',
		file: 'src/server/feed/unread.ts',
		find: 'if (unreadBytes(connection) <= UNREAD_BYTES_MAX) return false;',
		replace: 'if (unreadBytes(connection) <= Infinity) return false;',
		tests: ['tests/integration/push.test.ts'],
		only: '[F63]',
	},
];

const FEED_CLIENT: readonly Mutant[] = [
	{
		name: 'a tab misses changes: it ignores a gap before a frame',
		file: FRAMES,
		find: 'if (isPast(own, previous)) return SYNC;',
		replace: '',
		tests: [FRAMES_TEST],
	},
	{
		name: 'a tab applies a change twice where frames overlap',
		file: FRAMES,
		find: `return { do: 'apply', cursor, changes: above(own, changes) };`,
		replace: `return { do: 'apply', cursor, changes };`,
		tests: [FRAMES_TEST],
	},
	{
		name: 'the cursor of a tab moves back by an old delta',
		file: FRAMES,
		find: 'cursor: isPast(own, cursor) ? cursor : own,',
		replace: 'cursor,',
		tests: [FRAMES_TEST],
	},
	{
		name: 'the cursor of a tab moves back by an old page of the list',
		file: 'src/lib/live/feed.svelte.ts',
		find: 'if (own === null || this.#reloading || isPast(own, cursor)) this.#cursor = cursor;',
		replace: 'this.#cursor = cursor;',
		tests: ['src/lib/live/feed.test.ts'],
	},
	{
		name: 'a tab that slept says “Live” by an answer of before its sleep',
		file: 'src/lib/live/feed.svelte.ts',
		find: 'this.#sleep.answered(sleeps);',
		replace: 'this.#sleep.answered(this.#sleep.sleeps);',
		tests: ['src/lib/live/feed.test.ts'],
	},
	{
		name: 'a tab says “Live” although it has heard nothing for long',
		file: 'src/lib/live/connection.ts',
		find: `if (now - heardAt >= SILENT_AFTER_MS) return { state: 'stale', since: heardAt, inMs };`,
		replace: '',
		tests: ['src/lib/live/connection.test.ts'],
	},
	{
		name: 'the page counts a pending call that was deleted',
		file: 'src/lib/history/tally.ts',
		find: 'if (this.#ended.get(change.id) === false) this.pending -= 1;',
		replace: '',
		tests: ['src/lib/history/board.test.ts'],
	},
];

const PROVIDER: readonly Mutant[] = [
	{
		name: 'a webhook with an old timestamp is accepted',
		file: 'src/server/webhooks/inbox.ts',
		find: 'reason = error.message;',
		replace: `if (/timestamp too old/.test(error.message)) return id;
				reason = error.message;`,
		tests: ['tests/integration/webhooks.test.ts'],
		only: '[W2]',
	},
	{
		name: 'a webhook that another secret signed is accepted',
		file: 'src/server/webhooks/inbox.ts',
		find: 'if (!(error instanceof WebhookVerificationError)) throw error;',
		replace: 'if (/No matching signature/.test(String(error))) return id;',
		tests: ['tests/integration/webhooks.test.ts'],
		only: '[W1]',
	},
	{
		name: 'a call’s webhooks arrive out of order: a later one overtakes one under way',
		file: 'src/provider/outbox-claim.ts',
		find: ` AND NOT \${held('?3')}`,
		replace: '',
		tests: ['tests/integration/deliveries.test.ts'],
		only: '[V12]',
	},
	{
		name: 'a sender that lost its lease decides about a delivery',
		file: 'src/provider/outbox-store.ts',
		find: 'if (row?.lease === lease)',
		replace: 'if (row)',
		tests: ['src/provider/outbox-store.test.ts'],
	},
	{
		name: 'a repeated send-call makes a second provider call',
		file: 'src/provider/simulator.ts',
		find: '\t\t\tkey,\n\t\t\trequest,',
		replace: '\t\t\tkey: null,\n\t\t\trequest,',
		tests: ['tests/integration/webhooks.test.ts'],
		only: '[W30]',
	},
	{
		name: 'webhooks may go to any host',
		file: 'src/provider/callbacks.ts',
		find: 'if (named.some((place) => place.port === null || place.port === port)) return reasons;',
		replace: 'return reasons;',
		tests: ['src/provider/callbacks.test.ts'],
	},
];

const ACCESS: readonly Mutant[] = [
	{
		name: 'a page of another site opens a socket: the origin guard is skipped',
		file: 'src/server/sockets.ts',
		find: 'checkOrigin(request.headers, rules);',
		replace: '',
		tests: ['tests/integration/access.test.ts'],
		only: '[A21]',
	},
	{
		name: 'a session survives a change of the token',
		file: 'src/server/http/sessions.ts',
		find: '(await database.all(ALL)).filter(isOfOther)',
		replace: '(await database.all(ALL)).filter((row) => isOfOther(row) && false)',
		tests: ['tests/integration/sessions.test.ts'],
		only: '[A41] stays ended',
	},
	{
		name: 'an extension becomes part of a phone number',
		file: 'src/contract/phone-text.ts',
		find: 'if (NUMBER.test(written) && /\\d/.test(written))',
		replace: 'if (NUMBER.test(written.replace(/ext.*|x.*/i, "")) && /\\d/.test(written))',
		tests: ['src/server/calls/phone.test.ts'],
	},
];

const HISTORY: readonly Mutant[] = [
	{
		name: 'the last call of a page comes again on the next one',
		file: 'src/server/calls/list.ts',
		find: 'high = Math.min(high, place.n - 1)',
		replace: 'high = Math.min(high, place.n)',
		tests: ['tests/integration/rest.test.ts'],
		only: '[R12] leads back',
	},
	{
		name: 'a search misses calls that the index does not know yet',
		file: 'src/server/calls/list.ts',
		find: 'if (end > indexedTo) return windows(',
		replace: 'if (end > Infinity) return windows(',
		tests: ['src/server/calls/list.test.ts'],
		only: '[R75]',
	},
	{
		name: 'the list shows calls of a run that was cleared',
		file: 'src/server/calls/list.ts',
		find: 'if (marks?.hasRuns === 1) where.push(IS_NOT_CLEARED);',
		replace: '',
		tests: ['src/server/calls/removal.test.ts'],
		only: '[CL1]',
	},
	{
		name: 'a late webhook finds a call that was cleared',
		file: ROWS,
		find: 'WHERE c."id" IN (SELECT value FROM json_each(?)) AND ${IS_NOT_CLEARED}`',
		replace: 'WHERE c."id" IN (SELECT value FROM json_each(?))`',
		tests: ['src/server/calls/removal.test.ts'],
		only: '[CL2]',
	},
	{
		name: 'a clear with filters deletes a call that no longer matches',
		file: PLAN,
		find: '.flatMap((id) => this.#unit.call(id) ?? []).filter(passes);',
		replace: '.flatMap((id) => this.#unit.call(id) ?? []).filter((call) => passes(call) || true);',
		tests: [PLAN_TEST],
		only: '[CL4]',
	},
	{
		name: 'the counters count calls that were deleted',
		file: LEDGER,
		find: `this.#step.counters.move(this.#calls.get(id) ?? null, null);
			const seq = ++this.#seq;`,
		replace: 'const seq = ++this.#seq;',
		tests: [ROWS_TEST],
		only: '[CL4]',
	},
	{
		name: 'retention deletes a call that runs',
		file: PLAN,
		find: `return call != null && call.status !== 'PENDING';`,
		replace: 'return call != null;',
		tests: [PLAN_TEST],
		only: '[RT3]',
	},
	{
		name: 'retention deletes the history because the clock jumped ahead',
		file: 'src/server/clock.ts',
		find: '\t\t\tsteadyAt = last.uptime + STEADY_MS;',
		replace: '',
		tests: ['src/server/clock.test.ts'],
	},
	{
		name: 'retention deletes while the clock is not steady',
		file: 'src/server/retention/retention.ts',
		find: 'while (mayContinue() && deps.isSteady()) {',
		replace: 'while (mayContinue()) {',
		tests: ['src/server/retention/retention.test.ts'],
	},
	{
		name: 'a restart makes a wrong clock steady',
		file: 'src/server/timekeeper.ts',
		find: 'if (isSteady) await database.all(STORE_TIME, LAST_STEADY',
		replace: 'await database.all(STORE_TIME, LAST_STEADY',
		tests: ['src/server/timekeeper.test.ts'],
	},
	{
		name: 'idempotency keys expire while the clock is not steady',
		file: 'src/server/repetitions.ts',
		find: 'if (isSteady()) void',
		replace: 'void',
		tests: ['src/server/repetitions.test.ts'],
	},
	{
		name: 'the provider deletes records while the clock is not steady',
		file: EXPIRY,
		find: 'const goesOn = (): boolean => !isClosed && isSteady();',
		replace: 'const goesOn = (): boolean => !isClosed;',
		tests: [EXPIRY_TEST],
		only: '[RT8]',
	},
	{
		name: 'an idempotency key of the provider loses its response within its day',
		file: EXPIRY,
		find: 'Number(acceptedAt) <= at - KEYS_KEPT_MS && (',
		replace: '(',
		tests: [EXPIRY_TEST],
		only: '[RT14]',
	},
	{
		name: 'the provider deletes a webhook that still waits',
		file: EXPIRY,
		find: 'beyond.filter(({ isOpen }) => isOpen === 0)',
		replace: 'beyond',
		tests: [EXPIRY_TEST],
		only: '[RT14]',
	},
];

export const MUTANTS: readonly Mutant[] = [
	...CALLS,
	...DATABASE,
	...JOBS,
	...FEED_SERVER,
	...FEED_CLIENT,
	...PROVIDER,
	...ACCESS,
	...HISTORY,
];
