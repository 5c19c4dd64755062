import { Turns } from './turns.ts';

/**
 * The text with no blanks before a cell's opening quote, so that the parser takes it for one: `Ada, "Smith, John"`. A
 * cell that has more than a quoted text keeps its blanks and its quotes: ` "Big" Ben`. Line ends are \n.
 */
export async function closeQuotes(text: string, delimiter: string): Promise<string> {
	const mark = `\\${delimiter}`;
	const blank = `[^\\S\\n${delimiter === '\t' ? mark : ''}]`;
	if (!new RegExp(`(?:^|[${mark}\\n])${blank}+"`).test(text)) return text;

	const blanks = new RegExp(`${blank}*`, 'y');
	const end = new RegExp(`[${mark}\\n]|$`, 'g');
	/** The index behind what matches from here on. */
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
		// Never closed as it should be. The parser says so, and on which line.
		cut(at, quote);
		break;
	}
	return parts.join('') + text.slice(copied);
}

/** The index of the quote that closes the cell whose opening quote is at `quote`; negative: none does. */
function closing(text: string, quote: number): number {
	let at = text.indexOf('"', quote + 1);
	while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
	return at;
}
