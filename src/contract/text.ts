import { z } from 'zod';

/** Length in characters as people count them: code points, not UTF-16 units. */
const characters = (text: string): number => [...text].length;

/** Text that a person typed: trimmed, 1 to `max` characters, no control characters, no broken Unicode. */
export const typed = (what: string, max: number) =>
	z
		.string({ error: `${what} must be text.` })
		.trim()
		.min(1, `${what} is missing.`)
		.refine((text) => characters(text) <= max, `${what} is too long: at most ${max} characters.`)
		.refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), `${what} holds a character that cannot be shown.`);

/** ISO 8601 UTC with milliseconds, as every time leaves the server. */
export const Timestamp = z.iso.datetime({ precision: 3 });
export type Timestamp = z.infer<typeof Timestamp>;

const YEAR_10000 = Date.UTC(10_000, 0);

/** A time with its zone, as it may arrive. */
export const ZonedTime = z.iso
	.datetime({
		offset: true,
		error: 'Give an ISO 8601 time with its zone, such as 2026-11-22T15:30:00Z.',
	})
	.refine((text) => !(Date.parse(text) >= YEAR_10000), 'Give a time before the year 10000.');

/** A whole number of milliseconds. */
export const Milliseconds = z.int().nonnegative();

/** An id that somebody else made: 1 to 100 characters that can be stored and compared as they are. */
export const ForeignId = z
	.string()
	.min(1)
	.max(100)
	.refine(
		(text) => text.isWellFormed() && !/\p{Cc}/u.test(text),
		'An id holds no control characters and no broken Unicode.',
	);
