import type { EventType, Ending, Scenario, Workflow } from '#contract';
import type { CallRow } from '#server/calls/call.ts';
import type { DispatchAttempt } from '#server/calls/commands.ts';
import type { Random } from './random.ts';
import type { Timed } from './merge.ts';

/** An event of a call, as stored but without a seq. */
export interface SeedEvent extends Timed {
	type: EventType;
	data: string;
	call: CallRow;
	/** Whether the event changed the call's row. */
	changes: boolean;
	/** Whether this is the call's last event. */
	last: boolean;
}

/** The inputs for the simulation of a call. */
export interface SimulationInput {
	call: CallRow;
	/** The end of the history. No event happens later. */
	until: number;
	random: Random;
	/** Returns a UUIDv7 for a time. */
	newId(at: number): string;
}

const MINUTE_MS = 60_000;
/** How long a call may be silent before it ends as `no-report`: the default of CALL_TIMEOUT_MS. */
const CALL_TIMEOUT_MS = 15 * MINUTE_MS;
/** The maximum duration of a scheduled or silent call. */
const LONGEST_MS = 8 * 60 * MINUTE_MS;

type Outcome = NonNullable<CallRow['outcome']>;
/** Shares of each outcome. Fewer people answer a reminder than a support call that they requested. */
const OUTCOMES: Record<Workflow, readonly [Outcome, share: number][]> = {
	SUPPORT: shares(0.84, 0.06, 0.035, 0.025, 0.02),
	SALES: shares(0.68, 0.15, 0.08, 0.035, 0.03),
	REMINDER: shares(0.77, 0.12, 0.055, 0.025, 0.01),
};
/** Typical talk times in milliseconds. Most talks are shorter, some much longer. */
const TALK_MS: Record<Workflow, number> = { SUPPORT: 165_000, SALES: 110_000, REMINDER: 32_000 };

function shares(completed: number, noAnswer: number, busy: number, failed: number, canceled: number) {
	const rest = 1 - completed - noAnswer - busy - failed - canceled;
	return [
		['completed', completed],
		['no-answer', noAnswer],
		['busy', busy],
		['failed', failed],
		['canceled', canceled],
		['dropped', rest * 0.3],
		['provider-unreachable', rest * 0.3],
		['no-report', rest * 0.1],
		['manual', rest * 0.3],
	] satisfies [Outcome, number][];
}

/** Simulates a requested call until its end. Fills in its row and returns its events in order. */
export function simulateCall(start: SimulationInput): SeedEvent[] {
	const { call, until, random } = start;
	const simulation = new CallSimulation(start);
	const roomy = call.createdAt + LONGEST_MS < until;
	const outcome = drawOutcome(call, roomy, random);
	simulation.event('created', {});
	if (roomy && call.scenario === null && random.next() < 0.02) simulation.schedule();
	if (outcome === 'provider-unreachable') simulation.unreachable();
	else {
		simulation.dispatch();
		if (outcome === 'manual') simulation.endManually('manual');
		else if (outcome === 'no-report') simulation.silence();
		else if (outcome === 'canceled' && random.next() < 0.7) simulation.endManually('canceled');
		else simulation.report(outcome);
	}
	return simulation.finish();
}

function drawOutcome(call: CallRow, roomy: boolean, random: Random): Outcome {
	const asked = typeof call.scenario === 'string' ? call.scenario : call.scenario?.outcome;
	if (asked === 'provider-down') return 'provider-unreachable';
	if (asked !== undefined) return asked === 'slow' ? 'completed' : asked;
	let draw = random.next();
	for (const [outcome, share] of OUTCOMES[call.workflow]) {
		draw -= share;
		if (draw < 0) return outcome === 'no-report' && !roomy ? 'no-answer' : outcome;
	}
	return 'completed';
}

/** The talk time that a call's parameters request. */
const chosenTalk = (scenario: Scenario | null): number | undefined =>
	typeof scenario === 'object' ? scenario?.talkMs : undefined;

/** Draws a scenario that tests request: a name or parameters. */
export function drawScenario(random: Random): Scenario {
	if (random.next() < 0.3) return { outcome: 'completed', talkMs: 1_000 * (2 + random.below(60)) };
	return random.pick(['completed', 'completed', 'busy', 'no-answer', 'failed', 'dropped', 'slow', 'provider-down']);
}

/** Records a call's events as time passes. Event data must match what the writer stores (server/calls/plan.ts). */
class CallSimulation {
	readonly #call: CallRow;
	readonly #until: number;
	readonly #random: Random;
	readonly #newId: SimulationInput['newId'];
	readonly #events: SeedEvent[] = [];
	/** The time of the next event. */
	#at: number;
	#sequence = 0;

	constructor({ call, until, random, newId }: SimulationInput) {
		this.#call = call;
		this.#until = until;
		this.#random = random;
		this.#newId = newId;
		this.#at = call.createdAt;
	}

	event(type: EventType, data: object, changes = true): void {
		const call = this.#call;
		this.#events.push({ at: this.#at, type, data: JSON.stringify(data), call, changes, last: false });
		if (changes) call.updatedAt = this.#at;
	}

	finish(): SeedEvent[] {
		this.#events.at(-1)!.last = true;
		return this.#events;
	}

	/** Schedules the call within the next six hours, on a multiple of five minutes. */
	schedule(): void {
		const wanted = this.#at + (5 + this.#random.below(355)) * MINUTE_MS;
		this.#call.scheduledAt = this.#at = Math.ceil(wanted / (5 * MINUTE_MS)) * 5 * MINUTE_MS;
		this.#advanceBetween(2, 30);
		this.event('queued', {});
	}

	dispatch(): void {
		const random = this.#random;
		let number = 1;
		// Sometimes the provider refuses the first attempt, in some cases because of an injected fault.
		if (random.next() < 0.012) {
			if (random.next() < 0.4) this.#fault({ fault: 'refused', attempt: number });
			this.#refused(number++);
		}
		const durationMs = this.#advanceBetween(3, 25);
		const providerId = `sim_${this.#newId(this.#at).replaceAll('-', '')}`;
		this.#call.providerId = providerId;
		const attempt: DispatchAttempt = { number, durationMs, status: 200, error: null };
		this.event('dispatch.attempt', { ...attempt, providerId });
	}

	unreachable(): void {
		for (let number = 1; number <= 6; number++) this.#refused(number);
		this.#end('FAILED', 'provider-unreachable');
		this.event('ended', { outcome: 'provider-unreachable', attempts: 6 });
	}

	/** Ends the call by the provider's reports. */
	report(outcome: Ending): void {
		const call = this.#call;
		if (this.#random.next() < 0.004) this.#webhookFault();
		this.#initiated();
		if (outcome !== 'busy') this.#ringing();
		if (outcome === 'busy') this.#advanceBetween(900, 4_000);
		else if (outcome === 'no-answer') this.#advanceBetween(24_000, 36_000);
		else if (outcome === 'canceled') this.#advanceBetween(4_000, 20_000);
		else if (outcome === 'failed') this.#advanceBetween(1_000, 15_000);
		else {
			this.#advanceBetween(2_500, 19_000);
			this.#phase('IN_PROGRESS', 'in-progress', 'answeredAt');
			const usual = outcome === 'completed' ? this.#talk() : 1_000 + this.#random.below(14_000);
			this.#advance(chosenTalk(call.scenario) ?? usual);
		}
		const reportedAt = this.#at - this.#lag();
		// A chosen talk time is kept exactly, unless the history ends before it.
		const talkMs = chosenTalk(call.scenario);
		const isChosen = talkMs !== undefined && call.answeredAt !== null;
		const happenedAt = isChosen ? Math.min(call.answeredAt! + talkMs, this.#at) : reportedAt;
		const completed = outcome === 'completed';
		const talked = call.answeredAt === null ? null : happenedAt - call.answeredAt;
		this.#webhook('ended', happenedAt, completed ? 'COMPLETED' : 'FAILED', 'ENDED', outcome, talked);
		this.#end(completed ? 'COMPLETED' : 'FAILED', outcome, happenedAt, talked);
		const hasTimeLeft = this.#at + LONGEST_MS < this.#until;
		if (completed && hasTimeLeft && this.#random.next() < 0.0015) this.#correct();
	}

	/** Ends the call by hand before the provider's final report. */
	endManually(outcome: 'manual' | 'canceled'): void {
		this.#initiated();
		if (this.#random.next() < 0.7) this.#ringing();
		this.#advanceBetween(2_000, 60_000);
		const completed = outcome === 'manual' && this.#random.next() < 0.5;
		this.event('ended', { by: 'hand', outcome });
		this.#end(completed ? 'COMPLETED' : 'FAILED', outcome);
	}

	/** Ends the call without a final report. */
	silence(): void {
		this.#initiated();
		if (this.#random.next() < 0.5) this.#ringing();
		const lastReportAt = this.#call.updatedAt;
		this.#advance(CALL_TIMEOUT_MS);
		this.#advanceBetween(60_000, 180_000);
		this.event('ended', { silentMs: this.#at - lastReportAt, outcome: 'no-report' });
		this.#end('FAILED', 'no-report');
	}

	#initiated(): void {
		this.#advanceBetween(300, 1_500);
		this.#phase('INITIATED', 'initiated', 'startedAt');
	}

	#ringing(): void {
		this.#advanceBetween(700, 3_500);
		this.#phase('RINGING', 'ringing', 'ringingAt');
	}

	#phase(phase: CallRow['phase'], type: EventType, when: 'startedAt' | 'ringingAt' | 'answeredAt'): void {
		const happenedAt = this.#at - this.#lag();
		this.#webhook(type, happenedAt, 'PENDING', phase);
		this.#call[when] = happenedAt;
	}

	#webhook(
		type: EventType,
		happenedAt: number,
		status: CallRow['status'],
		phase: CallRow['phase'],
		outcome?: Ending,
		durationMs: number | null = null,
	): void {
		const { id: callId, providerId } = this.#call;
		const report = {
			callId,
			providerId,
			status,
			phase,
			outcome,
			sequence: ++this.#sequence,
			occurredAt: new Date(happenedAt).toISOString(),
			durationMs: durationMs ?? undefined,
		};
		this.event(type, { webhookId: this.#webhookId(), report });
	}

	#webhookFault(): void {
		const fault = this.#random.pick(['doubled', 'lost', 'badSignature', 'stale']);
		this.#fault({ fault, webhookId: this.#webhookId(), type: 'call.initiated' });
	}

	#fault(data: object): void {
		this.#call.faults++;
		this.event('fault', data);
	}

	#refused(number: number): void {
		const durationMs = this.#advanceBetween(3, 40);
		const error = 'The provider responded with 503: {"code":"provider_refused"}';
		this.event('dispatch.attempt', { number, durationMs, status: 503, error } satisfies DispatchAttempt, false);
		this.#advanceBetween(0, 500 * 2 ** (number - 1));
	}

	#correct(): void {
		this.#advanceBetween(2 * MINUTE_MS, 90 * MINUTE_MS);
		this.event('corrected', { from: 'COMPLETED', to: 'FAILED' });
		const { endedAt, durationMs } = this.#call;
		this.#end('FAILED', 'manual', endedAt!, durationMs);
	}

	#end(status: CallRow['status'], outcome: Outcome, endedAt = this.#at, durationMs: number | null = null): void {
		Object.assign(this.#call, { status, phase: 'ENDED', outcome, endedAt, durationMs });
	}

	/** Draws a talk time: some short, most medium, a few very long. */
	#talk(): number {
		const { next } = this.#random;
		const normal = next() + next() + next() + next() - 2; // Irwin–Hall approximates a normal distribution
		return Math.round(Math.min(45 * MINUTE_MS, 4_000 + TALK_MS[this.#call.workflow] * Math.exp(1.5 * normal)));
	}

	/** Draws the delay of a webhook behind its event. The delay never dates an event before the previous one. */
	#lag(): number {
		return Math.min(3 + this.#random.below(35), this.#at - this.#call.updatedAt);
	}

	#webhookId(): string {
		return `msg_${this.#random.hex(8)}`;
	}

	#advanceBetween(least: number, most: number): number {
		return this.#advance(least + this.#random.below(most - least + 1));
	}

	/**
	 * Advances the time by `ms`, but by at most half of the remaining time, so that the call ends in time. Returns the
	 * advance.
	 */
	#advance(ms: number): number {
		const passed = Math.min(ms, Math.floor((this.#until - this.#at) / 2));
		this.#at += passed;
		return passed;
	}
}
