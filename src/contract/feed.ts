import { z } from 'zod';
import { Call } from './call.ts';
import { CURSOR_PATTERN } from './cursor.ts';
import { Timestamp } from './text.ts';

/** A place in the feed: `"<epoch>.<seq>"`. */
export const Cursor = z.string().regex(CURSOR_PATTERN, 'Not a cursor of this feed.');
export type Cursor = z.infer<typeof Cursor>;

const seq = z.int().positive();

export const Change = z.discriminatedUnion('type', [
	z.object({ seq, type: z.literal('created'), call: Call }),
	z.object({ seq, type: z.literal('updated'), call: Call }),
	z.object({ seq, type: z.literal('deleted'), id: z.string() }),
	z.object({ seq, type: z.literal('cleared'), run: z.string().nullable() }),
]);
export type Change = z.infer<typeof Change>;

/** What happened, in the order of the commits: `previous` < every seq ≤ `cursor`. */
export const Changes = z.object({ previous: Cursor, cursor: Cursor, at: Timestamp, changes: z.array(Change) });
export type Changes = z.infer<typeof Changes>;

/** Where a client stands: a complete delta after its cursor, or the word that it must load its list anew. */
export const Sync = z.object({
	mode: z.enum(['delta', 'reset']),
	cursor: Cursor,
	changes: z.array(Change),
	/** The server's version; one other than the page's asks for a reload. */
	version: z.string(),
});
export type Sync = z.infer<typeof Sync>;

/** The heartbeat: the last change. */
export const Head = z.object({ cursor: Cursor, at: Timestamp });
export type Head = z.infer<typeof Head>;

/** The milliseconds between two heartbeats. */
export const HEAD_EVERY_MS = 5_000;
/** A delta with more changes than this is a `reset`. */
export const DELTA_MAX = 5_000;
