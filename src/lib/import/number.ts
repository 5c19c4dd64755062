import type { LostPlus } from '#lib/phone/lost-plus.ts';
import type * as Phone from '#lib/phone/phone.ts';
import { firstValue } from './columns.ts';

/** The functions of phone.ts that the import needs. The browser loads phone.ts after the page. */
export type PhoneCode = Pick<typeof Phone, 'compose' | 'lostPlus' | 'phoneTextOf' | 'plainPhone'>;

/** The user's choice for digits that may have lost their +. Null rejects them until the user chooses. */
export type LostPlusChoice = keyof Pick<LostPlus, 'home' | 'abroad'> | null;

/** A cell's phone number, or why it is unknown. With `unclear`, a choice for the whole file fixes the error. */
export type CellNumber = { e164: string; error?: never } | { e164?: never; error: string; unclear?: LostPlus };

const CHANGED: CellNumber = { error: 'A spreadsheet has changed this number. Format its column as text there.' };

/** Reads a phone number as spreadsheets and address books write it. Each cell is read exactly or rejected. */
export function numberOf(
	cell: string,
	{ country, lostPlus }: { country: string; lostPlus: LostPlusChoice },
	phones: PhoneCode,
): CellNumber {
	const typed = unwrapped(phones.plainPhone(firstValue(cell)));
	// A formula, an error value or a negative number.
	if (/^[=#@-]/.test(typed)) return CHANGED;
	const { exact: text = typed } = phones.phoneTextOf(typed);
	const unclear = phones.lostPlus(text, country);
	if (!unclear) return phones.compose(text, country);
	if (lostPlus === 'abroad') return { e164: unclear.abroad.e164 };
	if (lostPlus === 'home') return phones.compose(text, country);
	const { abroad, home } = unclear;
	const readings = home ? `${abroad.text} or ${home.text}` : abroad.text;
	return { error: `The + may be missing. Choose ${readings}, or add the +.`, unclear };
}

/** Removes what a spreadsheet writes around a text: `'+49…`, `="+49…"`, `=+49…`, `"+49…"`. */
function unwrapped(cell: string): string {
	const text = cell.trim().replace(/^['’]+\s*/, '');
	const [, quoted] = /^=?\s*"([^"]*)"$/.exec(text) ?? [];
	if (quoted !== undefined) return quoted.trim();
	return /^=\+?\d+$/.test(text) ? text.slice(1) : text;
}
