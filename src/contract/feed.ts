import { z } from 'zod';
import { Call } from './call.ts';
import { CURSOR_PATTERN } from './cursor.ts';
import { Timestamp } from './text.ts';

/** A position in the feed: `"<epoch>.<seq>"`. */
export const Cursor = z
	.string()
	.regex(CURSOR_PATTERN, 'This is not a cursor of this feed. Use a cursor that the server returned, or omit it.');
export type Cursor = z.infer<typeof Cursor>;

const seq = z.int().positive();

export const Change = z.discriminatedUnion('type', [
	z.object({ seq, type: z.literal('created'), call: Call }),
	z.object({ seq, type: z.literal('updated'), call: Call }),
	z.object({ seq, type: z.literal('deleted'), id: z.string() }),
	z.object({ seq, type: z.literal('cleared'), run: z.string().nullable() }),
]);
export type Change = z.infer<typeof Change>;

/** Changes in commit order: `previous` < every seq ≤ `cursor`. */
export const Changes = z.object({ previous: Cursor, cursor: Cursor, at: Timestamp, changes: z.array(Change) });
export type Changes = z.infer<typeof Changes>;

/**
 * The frame that brings a client up to date: all changes after its cursor (`delta`), or a `reset`, after which the
 * client must reload its list.
 */
export const Sync = z.object({
	mode: z.enum(['delta', 'reset']),
	cursor: Cursor,
	changes: z.array(Change),
	/** The server's version. A page of another version asks the user to reload the page. */
	version: z.string(),
});
export type Sync = z.infer<typeof Sync>;

/** The heartbeat. It carries the cursor of the last change. */
export const Head = z.object({ cursor: Cursor, at: Timestamp });
export type Head = z.infer<typeof Head>;

/** The heartbeat interval, in milliseconds. */
export const HEAD_EVERY_MS = 5_000;
/** The maximum number of changes in a delta. For more changes the server sends a `reset`. */
export const DELTA_MAX = 5_000;
