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
/** A filter that may repeat. An empty value counts as absent. */
const repeated = <T extends z.ZodType>(schema: T) =>
	z.preprocess(orNothing, z.array(schema).max(20, 'Give at most 20 values.').optional());
/** A parameter that may appear once. An empty value counts as absent. */
const once = <T extends z.ZodType>(name: string, schema: T) =>
	z.preprocess((value, context) => {
		const values = orNothing(value);
		if (!Array.isArray(values)) return values;
		if (values.length > 1) context.addIssue({ code: 'custom', message: `${name} may appear only once.` });
		return values[0] as unknown;
	}, schema.optional());
/** A longer search is rejected by its length alone, without the costly check for blanks. */
const Q_RAW_MAX = 1_000;
const callId = once('callId', z.string().max(100, 'A call’s id has at most 100 characters.'));
const page = once('page', z.string().max(500, 'This is not a page token. Use one that the server returned.'));
/** Treats a search of blanks and invisible characters as absent. */
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
		.pipe(z.number().min(min, `${name} must be at least ${min}.`).max(max, `${name} must be at most ${max}.`));

/** The query parameters of `GET /api/calls`. */
export const CallQuery = z.strictObject({
	status: repeated(Status),
	workflow: repeated(Workflow),
	outcome: repeated(Outcome),
	run: repeated(typed('The run', RUN_MAX)),
	/** Matches a substring of the name or the number. */
	q: z.preprocess(blankIsAbsent, once('q', z.string().trim().max(100, 'Search for at most 100 characters.'))),
	/** Inclusive lower bound of the creation time. */
	from: once('from', ZonedTime),
	/** Exclusive upper bound of the creation time. */
	to: once('to', ZonedTime),
	limit: once('limit', wholeNumber('limit', 1, 200)),
	/** A page token from `nextPage` or `previousPage`. */
	page,
	order: once('order', z.enum(['newest', 'oldest'], { error: 'Choose one of newest, oldest.' })),
});
export type CallQuery = z.infer<typeof CallQuery>;

/** The filters of the list, without paging and order. */
const CallFilters = CallQuery.omit({ limit: true, page: true, order: true });
export type CallFilters = z.infer<typeof CallFilters>;

/** The query parameters of `DELETE /api/calls`. */
export const ClearQuery = CallFilters.extend({
	/** `true` counts the matching calls and deletes none. */
	dryRun: once('dryRun', z.enum(['true', 'false'], { error: 'Choose one of true, false.' })),
});

/** The query parameters of `GET /api/calls/export`: those of the list, without paging. */
export const ExportQuery = CallQuery.omit({ limit: true, page: true }).extend({
	/** Defaults to `csv`. */
	format: once('format', z.enum(['csv', 'ndjson'], { error: 'Choose one of csv, ndjson.' })),
});
export type ExportQuery = z.infer<typeof ExportQuery>;

/** One page of calls. Only `nextPage: null` marks the end of the list: a page may be shorter than its limit. */
export const CallPage = z.object({
	calls: z.array(Call),
	nextPage: z.string().nullable(),
	previousPage: z.string().nullable(),
	/** The cursor of the feed from just before this query. A client subscribes from here and misses no change. */
	cursor: Cursor,
});
export type CallPage = z.infer<typeof CallPage>;

/** The filters of `GET /api/deliveries`, as query parameters. */
const deliveryFilters = {
	state: repeated(DeliveryState),
	callId,
	/** The HTTP status of the last response. */
	code: once('code', wholeNumber('code', 100, 599)),
	/** Inclusive lower bound of the creation time. */
	from: once('from', ZonedTime),
	/** Exclusive upper bound of the creation time. */
	to: once('to', ZonedTime),
};
export const DeliveryQuery = z.strictObject({
	...deliveryFilters,
	limit: once('limit', wholeNumber('limit', 1, 200)),
	/** A page token from `nextPage`. */
	page,
});
export type DeliveryQuery = z.infer<typeof DeliveryQuery>;

/** The query parameters of the deliveries page. */
export const DeliveriesQuery = DeliveryQuery.pick({ state: true, callId: true, code: true, page: true });
export type DeliveriesQuery = z.infer<typeof DeliveriesQuery>;

/**
 * The filters of `deliveryFilters`, in the body of a request with side effects. An empty value is an error here,
 * because a script's empty variable would otherwise match everything.
 */
const chosenDeliveries = {
	state: z.preprocess(
		(value) => (typeof value === 'string' ? [value] : value),
		z.array(DeliveryState).min(1, 'Give at least one state, or omit `state`.').max(20).optional(),
	),
	callId: z.string().min(1, 'Give a call id, or omit `callId`.').max(100).optional(),
	code: wholeNumber('code', 100, 599).optional(),
	from: ZonedTime.optional(),
	to: ZonedTime.optional(),
};

/** Which deliveries to redeliver: the given ids, or all that match the filter. An empty filter matches all. */
export const RedeliverMany = z
	.strictObject({
		ids: z.array(z.string().max(100)).min(1).max(1_000).optional(),
		filter: z.strictObject(chosenDeliveries).optional(),
		/** Counts the deliveries and sends none. */
		dryRun: z.boolean().optional(),
	})
	.refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), 'Give either ids or filter.');
export type RedeliverMany = z.infer<typeof RedeliverMany>;

/** The query parameters of `GET /api/events`. `Last-Event-ID` takes precedence over `cursor`. */
export const EventsQuery = z.strictObject({
	cursor: once('cursor', Cursor),
	/** Limits the stream to the changes of one call. */
	callId,
	/** Limits the stream to the changes of one run. */
	run: once('run', typed('The run', RUN_MAX)),
});
export type EventsQuery = z.infer<typeof EventsQuery>;

/** The query parameters of `GET /api/calls/:id/wait`. */
export const WaitQuery = z.strictObject({
	/** In seconds. */
	timeout: once('timeout', wholeNumber('timeout', 1, 120)),
});
export type WaitQuery = z.infer<typeof WaitQuery>;
