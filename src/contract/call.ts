import { z } from 'zod';
import { SCENARIO_MS_MAX, scenarioErrors } from './scenario.ts';
import { Milliseconds, PhoneNumber, Timestamp, typed, ZonedTime } from './text.ts';
import { ENDINGS, NAME_MAX, OUTCOMES, PHASES, RUN_MAX, SCENARIO_NAMES, STATUSES, WORKFLOWS } from './words.ts';

export const Workflow = z.enum(WORKFLOWS, { error: `Choose one of ${WORKFLOWS.join(', ')}.` });
export const Status = z.enum(STATUSES, { error: `Choose one of ${STATUSES.join(', ')}.` });
export const Phase = z.enum(PHASES);
export const Outcome = z.enum(OUTCOMES, { error: `Choose one of ${OUTCOMES.join(', ')}.` });
export type Workflow = z.infer<typeof Workflow>;
export type Status = z.infer<typeof Status>;
export type Phase = z.infer<typeof Phase>;
export type Outcome = z.infer<typeof Outcome>;

/** The outcomes that a provider can report. */
export const Ending = z.enum(ENDINGS);
export type Ending = z.infer<typeof Ending>;

const ScenarioShape = z.union([
	z.enum(SCENARIO_NAMES),
	z.strictObject({
		outcome: Ending,
		/** Milliseconds from acceptance to the final status. */
		delayMs: Milliseconds.max(SCENARIO_MS_MAX).optional(),
		/** Milliseconds of talk at the end of the delay. Allowed for `completed` and `dropped` only. */
		talkMs: Milliseconds.max(SCENARIO_MS_MAX).optional(),
	}),
]);

/** How the simulated provider ends a call: a scenario name, or parameters that the provider follows exactly. */
export const Scenario = z
	.unknown()
	.superRefine((value, context) => {
		for (const { path, message } of scenarioErrors(value)) context.addIssue({ code: 'custom', path, message });
	})
	.pipe(ScenarioShape);
export type Scenario = z.infer<typeof Scenario>;

/** The request to create a call. The server normalizes the number to E.164. */
export const NewCall = z.strictObject({
	customerName: typed('The customer name', NAME_MAX),
	phoneNumber: PhoneNumber,
	workflow: Workflow,
	scheduledAt: ZonedTime.nullish(),
	scenario: Scenario.nullish(),
	run: typed('The run', RUN_MAX).nullish(),
});
export type NewCall = z.infer<typeof NewCall>;

/** The maximum number of calls in a batch. */
export const BATCH_MAX = 1_000;

/**
 * The body of a batch. The server validates each call separately (`NewCall`), so a long batch does not block the event
 * loop.
 */
export const Batch = z.strictObject({
	calls: z
		.array(z.unknown(), { error: 'Give the calls as a list.' })
		.min(1, 'Give at least one call.')
		.max(BATCH_MAX, `Give at most ${BATCH_MAX} calls.`),
});
export type Batch = z.infer<typeof Batch>;

export const Call = z.object({
	id: z.uuid(),
	customerName: z.string(),
	/** In E.164. */
	phoneNumber: z.string(),
	workflow: Workflow,
	status: Status,
	phase: Phase,
	outcome: Outcome.nullable(),
	run: z.string().nullable(),
	scenario: Scenario.nullable(),
	scheduledAt: Timestamp.nullable(),
	providerId: z.string().nullable(),
	createdAt: Timestamp,
	updatedAt: Timestamp,
	startedAt: Timestamp.nullable(),
	ringingAt: Timestamp.nullable(),
	answeredAt: Timestamp.nullable(),
	endedAt: Timestamp.nullable(),
	/** Talk time. */
	durationMs: Milliseconds.nullable(),
	/** The number of injected faults. */
	faults: z.int().nonnegative(),
	/** The seq of the last change. */
	seq: z.int().positive(),
});
export type Call = z.infer<typeof Call>;

export const StatusChange = z.strictObject({ status: Status });
export type StatusChange = z.infer<typeof StatusChange>;
