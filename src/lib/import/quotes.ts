import { Turns } from './turns.ts';

/**
 * Removes blanks before quoted cells, so that the parser recognizes their quotes: `Ada, "Smith, John"`. The parser
 * itself accepts blanks after a quoted cell. A cell that has more than a quoted text, such as `"Big" Ben`, keeps
 * its blanks and quotes. Expects \n as line ends.
 */
export async function closeQuotes(text: string, delimiter: string): Promise<string> {
	const mark = `\\${delimiter}`;
	const blank = `[^\\S\\n${delimiter === '\t' ? mark : ''}]`;
	if (!new RegExp(`(?:^|[${mark}\\n])${blank}+"`).test(text)) return text;

	const blanks = new RegExp(`${blank}*`, 'y');
	const end = new RegExp(`[${mark}\\n]|$`, 'g');
	/** Returns the index after the match at `from`. */
	const after = (pattern: RegExp, from: number): number => {
		pattern.lastIndex = from;
		pattern.exec(text);
		return pattern.lastIndex;
	};
	const endOf = (from: number): number => {
		end.lastIndex = from;
		return end.exec(text)?.index ?? text.length;
	};
	const turns = new Turns();
	const parts: string[] = [];
	let copied = 0;
	const cut = (from: number, to: number): void => {
		parts.push(text.slice(copied, from));
		copied = to;
	};
	for (let at = 0; at < text.length;) {
		if (turns.over) await turns.next();
		const quote = after(blanks, at);
		if (text[quote] !== '"') {
			at = endOf(quote) + 1;
			continue;
		}
		const close = closing(text, quote);
		const next = close < 0 ? -1 : after(blanks, close + 1);
		if (next >= 0 && (next === text.length || text[next] === delimiter || text[next] === '\n')) {
			if (quote > at) cut(at, quote);
			at = next + 1;
			continue;
		}
		const cell = endOf(quote);
		if (quote > at && text.slice(quote + 1, cell).includes('"')) {
			at = cell + 1;
			continue;
		}
		// The quote is not closed properly. The parser reports this error with its line.
		cut(at, quote);
		break;
	}
	return parts.join('') + text.slice(copied);
}

/** Returns the index of the quote that closes the cell opened at `quote`, or a negative number. */
function closing(text: string, quote: number): number {
	let at = text.indexOf('"', quote + 1);
	while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
	return at;
}
