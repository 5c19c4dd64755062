import type { LostPlus } from '#lib/phone/lost-plus.ts';
import type { Composed } from '#lib/phone/types.ts';
import { firstValue } from './columns.ts';

/** What knows phone numbers; the browser loads it after the page. */
export interface PhoneCode {
	compose(typed: string, country: string): Composed;
	lostPlus(typed: string, country: string): LostPlus | null;
}

/** How digits are read that may have lost their +; null: they are refused until it is chosen. */
export type LostPlusChoice = keyof Pick<LostPlus, 'home' | 'abroad'> | null;

/** The number that a cell means, or why it cannot be known. `unclear`: a choice for the whole file would cure it. */
export type CellNumber = { e164: string; error?: never } | { e164?: never; error: string; unclear?: LostPlus };

const CURE = 'Format its column as text there.';
const SHORTENED: CellNumber = { error: `A spreadsheet has shortened this number. ${CURE}` };
const CHANGED: CellNumber = { error: `A spreadsheet has changed this number. ${CURE}` };

/** Reads the cell of a phone number as spreadsheets and address books write them; each is read exactly, or refused. */
export function numberOf(
	cell: string,
	{ country, lostPlus }: { country: string; lostPlus: LostPlusChoice },
	phones: PhoneCode,
): CellNumber {
	const typed = unwrapped(
		firstValue(cell)
			// A circled or raised digit is no digit of a number: it stays, and is refused.
			.replace(/\P{No}+/gu, (part) => part.normalize('NFKC'))
			.replace(/\p{Cf}/gu, ''),
	);
	if (/^\+?\d[\d.,\s]*E\s*[+-]?\s*\d+$/i.test(typed)) return SHORTENED;
	// A spreadsheet's formula, error or negative number.
	if (/^[=#@-]/.test(typed)) return CHANGED;
	const text = withoutDecimals(typed);
	if (text === null) return CHANGED;
	const unclear = phones.lostPlus(text, country);
	if (!unclear) return phones.compose(text, country);
	if (lostPlus === 'abroad') return { e164: unclear.abroad.e164 };
	if (lostPlus === 'home') return phones.compose(text, country);
	const { abroad, home } = unclear;
	const which = home ? `whether it is ${abroad.text} or ${home.text}` : `that it is ${abroad.text}`;
	return { error: `Its + may be lost. Choose ${which}, or write the +.`, unclear };
}

/** Without what a spreadsheet writes before and around a text: `'+49…`, `="+49…"`, `=+49…`, `"+49…"`. */
function unwrapped(cell: string): string {
	const text = cell.trim().replace(/^['’]+\s*/, '');
	const [, quoted] = /^=?\s*"([^"]*)"$/.exec(text) ?? [];
	if (quoted !== undefined) return quoted.trim();
	return /^=\+?\d+$/.test(text) ? text.slice(1) : text;
}

const GROUPED = /^(?<grouped>\+?\d{1,3}(?<mark>[.,'’ ])\d{3}(?:\k<mark>\d{3})+)(?:[.,](?<decimals>\d{1,2}))?$/;

/** Without the decimals and the groups of a spreadsheet's number. Null: its digits are not those that were typed. */
function withoutDecimals(text: string): string | null {
	// 3.023.125.017,00 and 3'023'125'017: the groups of a machine, not those of a numbering plan.
	const { grouped, decimals = '' } = GROUPED.exec(text)?.groups ?? {};
	if (grouped !== undefined) return /[1-9]/.test(decimals) ? null : grouped.replace(/[^\d+]/g, '');
	const [, whole, fraction] = /^(\+?\d{6,})[.,](\d*)$/.exec(text) ?? [];
	if (whole === undefined || fraction === undefined) return text;
	if (fraction === '') return whole;
	if (/^0{1,2}$/.test(fraction)) return whole.startsWith('0') ? null : whole;
	// 3023125017.5, or 3023125.000, which may be grouped; people may write 202555.0100.
	return whole.length > 8 || fraction.length < 4 || /^0+$/.test(fraction) || text.includes(',') ? null : text;
}
