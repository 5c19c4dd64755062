import { z } from 'zod';
import { Call, Outcome, Status, Workflow } from './call.ts';
import { Cursor } from './feed.ts';
import { DeliveryState } from './provider.ts';
import { isBlankSearch } from './search.ts';
import { typed, ZonedTime } from './text.ts';
import { RUN_MAX } from './words.ts';

const orNothing = (value: unknown): unknown => {
	const values = (Array.isArray(value) ? value : [value]).filter((v) => v !== '' && v !== undefined);
	return values.length === 0 ? undefined : values;
};
/** A filter that may repeat; an empty one counts as absent. */
const repeated = <T extends z.ZodType>(schema: T) =>
	z.preprocess(orNothing, z.array(schema).max(20, 'Give at most 20 of them.').optional());
/** A parameter that stands at most once; an empty one counts as absent. */
const once = <T extends z.ZodType>(name: string, schema: T) =>
	z.preprocess((value, context) => {
		const values = orNothing(value);
		if (!Array.isArray(values)) return values;
		if (values.length > 1) context.addIssue({ code: 'custom', message: `Give ${name} once.` });
		return values[0] as unknown;
	}, schema.optional());
/** Beyond it a search is refused before it is read. */
const Q_RAW_MAX = 1_000;
const callId = once('callId', z.string().max(100, 'A call’s id has at most 100 characters.'));
const page = once('page', z.string().max(500, 'This is no page token.'));
/** A search for blanks and invisible characters alone looks for nothing. */
const blankIsAbsent = (value: unknown): unknown =>
	typeof value === 'string' && value.length <= Q_RAW_MAX && isBlankSearch(value) ? undefined : value;

const wholeNumber = (name: string, min: number, max: number) =>
	z
		.union(
			[
				z
					.string()
					.regex(/^\d{1,9}$/)
					.transform(Number),
				z.int(),
			],
			{
				error: `${name} must be a whole number from ${min} to ${max}.`,
			},
		)
		.pipe(z.number().min(min, `${name} is at least ${min}.`).max(max, `${name} is at most ${max}.`));

/** The parameters of `GET /api/calls`, as they stand in a URL. */
export const CallQuery = z.strictObject({
	status: repeated(Status),
	workflow: repeated(Workflow),
	outcome: repeated(Outcome),
	run: repeated(typed('The run', RUN_MAX)),
	/** A substring of the name or the number. */
	q: z.preprocess(blankIsAbsent, once('q', z.string().trim().max(100, 'Search for at most 100 characters.'))),
	/** Created at or after. */
	from: once('from', ZonedTime),
	/** Created before. */
	to: once('to', ZonedTime),
	limit: once('limit', wholeNumber('limit', 1, 200)),
	/** A token from `nextPage` or `previousPage`. */
	page,
	order: once('order', z.enum(['newest', 'oldest'], { error: 'Choose one of newest, oldest.' })),
});
export type CallQuery = z.infer<typeof CallQuery>;

/** The filters of the list alone. */
const CallFilters = CallQuery.omit({ limit: true, page: true, order: true });
export type CallFilters = z.infer<typeof CallFilters>;

/** The parameters of `DELETE /api/calls`. */
export const ClearQuery = CallFilters.extend({
	/** `true` counts the calls and deletes none. */
	dryRun: once('dryRun', z.enum(['true', 'false'], { error: 'Choose one of true, false.' })),
});

/** The parameters of `GET /api/calls/export`: the list's own, but for its pages. */
export const ExportQuery = CallQuery.omit({ limit: true, page: true }).extend({
	/** `csv` where it is not said. */
	format: once('format', z.enum(['csv', 'ndjson'], { error: 'Choose one of csv, ndjson.' })),
});
export type ExportQuery = z.infer<typeof ExportQuery>;

/** One page of calls. Only `nextPage: null` is the end: a short page may go on. */
export const CallPage = z.object({
	calls: z.array(Call),
	nextPage: z.string().nullable(),
	previousPage: z.string().nullable(),
	/** The feed's position just before this query. */
	cursor: Cursor,
});
export type CallPage = z.infer<typeof CallPage>;

/** The filters of `GET /api/deliveries`, as they stand in a URL. */
const deliveryFilters = {
	state: repeated(DeliveryState),
	callId,
	/** The HTTP status of the last answer. */
	code: once('code', wholeNumber('code', 100, 599)),
	/** Created at or after. */
	from: once('from', ZonedTime),
	/** Created before. */
	to: once('to', ZonedTime),
};
export const DeliveryQuery = z.strictObject({
	...deliveryFilters,
	limit: once('limit', wholeNumber('limit', 1, 200)),
	/** A token from `nextPage`. */
	page,
});
export type DeliveryQuery = z.infer<typeof DeliveryQuery>;

/** The filters of the deliveries page, as they stand in its URL. */
export const DeskQuery = DeliveryQuery.pick({ state: true, callId: true, code: true, page: true });
export type DeskQuery = z.infer<typeof DeskQuery>;

/**
 * The same filters in a body that changes something: what is there must say something, or a script's empty variable
 * would mean everything.
 */
const chosenDeliveries = {
	state: z.preprocess(
		(value) => (typeof value === 'string' ? [value] : value),
		z.array(DeliveryState).min(1, 'Name a state, or leave it out.').max(20).optional(),
	),
	callId: z.string().min(1, 'Name a call, or leave it out.').max(100).optional(),
	code: wholeNumber('code', 100, 599).optional(),
	from: ZonedTime.optional(),
	to: ZonedTime.optional(),
};

/** Which deliveries to send again: these, or all that match. A filter that names nothing matches all. */
export const RedeliverMany = z
	.strictObject({
		ids: z.array(z.string().max(100)).min(1).max(1_000).optional(),
		filter: z.strictObject(chosenDeliveries).optional(),
		/** Only count them. */
		dryRun: z.boolean().optional(),
	})
	.refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), 'Give either ids or filter.');
export type RedeliverMany = z.infer<typeof RedeliverMany>;

/** The parameters of `GET /api/events`. `Last-Event-ID` wins over `cursor`. */
export const EventsQuery = z.strictObject({
	cursor: once('cursor', Cursor),
	/** The changes of one call. */
	callId,
	/** The changes of one run. */
	run: once('run', typed('The run', RUN_MAX)),
});
export type EventsQuery = z.infer<typeof EventsQuery>;

/** The parameters of `GET /api/calls/:id/wait`. */
export const WaitQuery = z.strictObject({
	/** In seconds. */
	timeout: once('timeout', wholeNumber('timeout', 1, 120)),
});
export type WaitQuery = z.infer<typeof WaitQuery>;
