import { Call } from '#contract';
import { csvLine } from '#contract/csv.ts';
import type { Row } from '#db/database.ts';
import type { Shape } from './list.ts';

/** A call as a line of a file, including the line break. */
export interface Line {
	n: number;
	line: string;
}

const FIELDS = Object.keys(Call.shape);
const TIMES = ['scheduledAt', 'createdAt', 'updatedAt', 'startedAt', 'ringingAt', 'answeredAt', 'endedAt'];
/** JavaScript and SQLite format years before this one differently. */
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

/** The Unit Separator: no text of a call contains a control character (`typed`, `ForeignId`). */
const BETWEEN = 31;
const json = fields(`json(c."scenario")`).map((value, i) => `'${FIELDS[i]}', ${value}`);
const cells = fields(`c."scenario" ->> '$'`).map((value) => `coalesce(${value}, '')`);

/**
 * SQLite formats each call as `toCall` would, so that only texts pass the driver. Rows of values take four times as
 * long, and a million of them make the heap grow. So does `JSON.parse`, which keeps each short text until the next full
 * collection.
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
