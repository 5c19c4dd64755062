export interface Country {
	/** ISO 3166-1 alpha-2. */
	code: string;
	name: string;
	/** Without the plus. */
	callingCode: string;
}

/** A number as a row shows it. */
export interface FormattedNumber {
	country: string | null;
	text: string;
}

export type Composed = { e164: string; error?: never } | { e164?: never; error: string };
