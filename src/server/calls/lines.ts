import { Call } from '#contract';
import { csvLine } from '#contract/csv.ts';
import type { Row } from '#db/database.ts';
import type { Shape } from './list.ts';

/** One call as a line of an exported file, including the line break. */
export interface Line {
	n: number;
	line: string;
}

const FIELDS = Object.keys(Call.shape);
const TIMES = ['scheduledAt', 'createdAt', 'updatedAt', 'startedAt', 'ringingAt', 'answeredAt', 'endedAt'];
/**
 * The beginning of the year 0. JavaScript and SQLite format earlier times differently. Only a `scheduledAt` can be
 * earlier, by the offset of its zone.
 */
const YEAR_0 = Date.parse('0000-01-01T00:00:00Z');

function timeOf(field: string): string {
	const time = `strftime('%Y-%m-%dT%H:%M:%fZ', c."${field}" / 1000.0, 'unixepoch')`;
	return field === 'scheduledAt' ? `iif(c."${field}" < ${YEAR_0}, '-000001' || substr(${time}, 5), ${time})` : time;
}

/** The SQL expressions of a call's fields. `scenario` is the expression for the field of that name. */
const fields = (scenario: string): string[] =>
	FIELDS.map((field) => {
		if (field === 'scenario') return scenario;
		return TIMES.includes(field) ? timeOf(field) : `c."${field}"`;
	});

/**
 * The Unit Separator, between two CSV cells. No text of a call contains it, because the contract refuses control
 * characters (`typed`, `ForeignId`).
 */
const BETWEEN = 31;
const json = fields(`json(c."scenario")`).map((value, i) => `'${FIELDS[i]}', ${value}`);
const cells = fields(`c."scenario" ->> '$'`).map((value) => `coalesce(${value}, '')`);

/**
 * SQLite formats each call as `toCall` would, so that the driver returns one string per call. A row of separate
 * values takes four times as long, and a million of them make the heap grow. `JSON.parse` makes the heap grow too:
 * each short string is kept until the next full garbage collection.
 */
export const LINES = {
	ndjson: {
		columns: `c."n", json_object(${json.join(', ')}) || char(10) AS "text"`,
		of: ({ n, text }: Row) => ({ n: Number(n), line: String(text) }),
	},
	csv: {
		columns: `c."n", ${cells.join(` || char(${BETWEEN}) || `)} AS "text"`,
		of: ({ n, text }: Row) => ({
			n: Number(n),
			line: csvLine(String(text).split(String.fromCharCode(BETWEEN))),
		}),
	},
} satisfies Record<string, Shape<Line>>;
export type LineFormat = keyof typeof LINES;
