/** One recorded message of the product. The name in `case` is unique in its file. */
export type Case = { case: string } & Record<string, unknown>;

/** The content of one file: cases as JSON, or a text as it is. */
export type Recording = Case[] | string;

/** Recordings by their file name below `recorded/`. */
export type Recordings = Record<string, Recording>;

/** Collects the cases of one file. */
export interface Book {
	readonly cases: Case[];
	add(what: string, said: object): void;
}

export function createBook(): Book {
	const cases: Case[] = [];
	return {
		cases,
		add(what, said) {
			if (cases.some((one) => one.case === what)) throw new Error(`Two cases have the name "${what}".`);
			cases.push({ case: what, ...said });
		},
	};
}
