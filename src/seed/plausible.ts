import { foldedOf } from '#contract/search.ts';
import type { CallRow } from '#server/calls/call.ts';
import { drawScenario, simulateCall, type SeedEvent } from './course.ts';
import { drawCustomer } from './customers.ts';
import { createIds } from './ids.ts';
import { Merge } from './merge.ts';
import { createRandom, type Random } from './random.ts';
import { momentsOf } from './rhythm.ts';

export interface HistoryOptions {
	calls: number;
	/** The same seed gives the same history for the same `now`. */
	seed: string;
	/** Milliseconds since 1970. All calls have ended by then. */
	now: number;
	/** The last seq that is already assigned. */
	after: number;
}

/** An event with its seq. */
export interface NumberedEvent {
	seq: number;
	event: SeedEvent;
	/**
	 * The calls that are complete now, in order of creation. A call waits here until its own last event and the
	 * last events of all earlier calls have been yielded.
	 */
	whole: readonly CallRow[];
}

const DAYS = 90;
const DAY_MS = 86_400_000;
/** On Wednesdays from 13:00 to 14:00 UTC, half of the calls belong to a release test of that day. */
const RUN_AT = { day: 3, hour: 13 };

/**
 * Generates a history of ended calls over 90 days up to `now`, in order of time. Pure. Keeps in memory
 * only the calls in progress, and ended calls that wait for an earlier one.
 */
export function* plausibleHistory({ calls, seed, now, after }: HistoryOptions): Generator<NumberedEvent> {
	const random = createRandom(seed);
	const [newCallId, newId] = [createIds(random), createIds(random)];
	const underWay = new Merge<SeedEvent>();
	/** The calls not yielded yet, in order of creation. The first one is incomplete. */
	const waiting: CallRow[] = [];
	const done = new Set<CallRow>();
	let seq = after;

	function numbered(event: SeedEvent): NumberedEvent {
		const { call, type, changes, last } = event;
		seq++;
		if (changes) call.seq = seq;
		if (type === 'created') {
			call.n = seq;
			waiting.push(call);
		}
		if (last) done.add(call);
		const open = waiting.findIndex((each) => !done.delete(each));
		return { seq, event, whole: waiting.splice(0, open < 0 ? waiting.length : open) };
	}

	for (const at of momentsOf(calls, now - DAYS * DAY_MS, now, createRandom(`${seed}: moments`))) {
		for (let event; (event = underWay.take(at));) yield numbered(event);
		const call = newCall(newCallId(at), at, random);
		underWay.add(simulateCall({ call, until: now, random, newId }));
	}
	for (let event; (event = underWay.take(now));) yield numbered(event);
}

function newCall(id: string, at: number, random: Random): CallRow {
	const { customerName, phoneNumber } = drawCustomer(at, random);
	const run = runAt(at, random);
	const draw = random.next();
	return {
		n: 0,
		id,
		customerName,
		phoneNumber,
		folded: foldedOf(customerName, phoneNumber),
		workflow: draw < 0.45 ? 'SUPPORT' : draw < 0.72 ? 'SALES' : 'REMINDER',
		status: 'PENDING',
		phase: 'QUEUED',
		outcome: null,
		run,
		scenario: random.next() < (run === null ? 0.004 : 0.6) ? drawScenario(random) : null,
		scheduledAt: null,
		providerId: null,
		createdAt: at,
		updatedAt: at,
		startedAt: null,
		ringingAt: null,
		answeredAt: null,
		endedAt: null,
		durationMs: null,
		faults: 0,
		seq: 0,
	};
}

function runAt(at: number, random: Random): string | null {
	const date = new Date(at);
	const isTime = date.getUTCDay() === RUN_AT.day && date.getUTCHours() === RUN_AT.hour;
	return isTime && random.next() < 0.5 ? `release-${date.toISOString().slice(0, 10)}` : null;
}
