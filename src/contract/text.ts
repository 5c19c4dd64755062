import { z } from 'zod';
import { typedFault, typedText, type TypedFault } from './typed-text.ts';

const FAULTS: Readonly<Record<TypedFault, (max: number) => string>> = {
	missing: () => 'is missing.',
	'too-long': (max) => `is too long: at most ${max} characters.`,
	padded: () => 'contains too many invisible characters. Type it again.',
	'line-break': () => 'contains a line break. Write it on one line.',
	unshown: () => 'contains a character that cannot be shown. Remove it.',
};

/** Text that a person typed, cleaned by `typedText`: 1 to `max` visible characters on one line, in valid Unicode. */
export const typed = (what: string, max: number) =>
	z
		.string({ error: `${what} must be text.` })
		.overwrite(typedText)
		.superRefine((text, context) => {
			const fault = typedFault(text, max);
			if (fault !== null) context.addIssue({ code: 'custom', message: `${what} ${FAULTS[fault](max)}` });
		});

/** A phone number as received. `phoneTextOf` and the numbering plans validate it. */
export const PhoneNumber = z.string({ error: 'The phone number must be text.' });

/** ISO 8601 in UTC with milliseconds, the format of every time that the server sends. */
export const Timestamp = z.iso.datetime({ precision: 3 });
export type Timestamp = z.infer<typeof Timestamp>;

const YEAR_10000 = Date.UTC(10_000, 0);

/** A time with its zone, as received. */
export const ZonedTime = z.iso
	.datetime({
		offset: true,
		error: 'Give an ISO 8601 time with its zone, such as 2026-11-22T15:30:00Z.',
	})
	.refine((text) => !(Date.parse(text) >= YEAR_10000), 'Give a time before the year 10000.');

export const Milliseconds = z.int().nonnegative();

/** An id from another system: 1 to 100 characters, stored and compared unchanged. */
export const ForeignId = z
	.string()
	.min(1)
	.max(100)
	.refine(
		(text) => text.isWellFormed() && !/\p{Cc}/u.test(text),
		'An id must not contain control characters or invalid Unicode.',
	);
