import { WORKFLOWS } from '#contract/words.ts';
import type { Row } from './table.ts';

/** What a column may hold, in the order in which it is asked for. */
export const FIELDS = ['customerName', 'phoneNumber', 'workflow', 'scheduledAt', 'scenario', 'run'] as const;
export type Field = (typeof FIELDS)[number];

/** Without a column for each of these no row can become a call. */
export const NEEDED = ['customerName', 'phoneNumber'] as const satisfies readonly Field[];

/** The index of each field's column; null: the file has none. */
export type Columns = Record<Field, number | null>;

/** What the heads of such columns are called, in small letters without spaces and marks. */
const NAMES: Record<Field, readonly string[]> = {
	customerName: [
		...['customername', 'name', 'customer', 'fullname', 'contact', 'contactname', 'client', 'clientname', 'person'],
		...['kunde', 'kundenname', 'nom', 'nombre', 'nome', 'naam'],
	],
	phoneNumber: [
		...['phonenumber', 'phone', 'phoneno', 'tel', 'telephone', 'telephonenumber', 'telno', 'mobile', 'mobilenumber'],
		...['mobilephone', 'cell', 'cellphone', 'number', 'msisdn', 'to', 'telefon', 'telefonnummer', 'rufnummer'],
		...['handy', 'téléphone', 'teléfono', 'telefono', 'telefone', 'telefoon'],
	],
	workflow: ['workflow', 'type', 'calltype', 'kind', 'category', 'purpose', 'queue'],
	scheduledAt: ['scheduledat', 'scheduled', 'schedule', 'when', 'callat', 'dueat', 'due', 'starttime', 'startat'],
	scenario: ['scenario', 'outcomewanted'],
	run: ['run', 'runid', 'runlabel', 'label', 'tag', 'campaign'],
};

const plain = (head: string): string => head.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
const isPhone = (cell: string): boolean => /^[\s'+\d().\-/]+$/.test(cell) && cell.replace(/\D/g, '').length >= 6;
const isWorkflow = (cell: string): boolean => WORKFLOWS.some((workflow) => workflow === cell.trim().toUpperCase());

/** Whether the first row names the columns: a name that is known, or no number above rows with numbers. */
export function hasHead(rows: readonly Row[]): boolean {
	const [first, ...others] = rows;
	if (!first) return false;
	if (Object.values(named(first.cells)).some((at) => at !== null)) return true;
	return !first.cells.some(isPhone) && others.slice(0, 20).some(({ cells }) => cells.some(isPhone));
}

/** The columns by their heads; without a head, or where it says nothing, by what stands in them. */
export function guessColumns(head: readonly string[] | null, sample: readonly Row[]): Columns {
	const columns = named(head ?? []);
	const taken = new Set(Object.values(columns));
	const free = (sample[0]?.cells ?? []).map((_, i) => i).filter((i) => !taken.has(i));
	const mostly = (i: number, fits: (cell: string) => boolean): boolean => {
		const cells = sample.slice(0, 50).flatMap(({ cells }) => (cells[i]?.trim() ? [cells[i]] : []));
		return cells.length > 0 && cells.filter(fits).length * 2 > cells.length;
	};
	const choose = (field: Field, fits: (cell: string) => boolean): void => {
		if (columns[field] !== null) return;
		const at = free.findIndex((i) => mostly(i, fits));
		if (at >= 0) columns[field] = free.splice(at, 1)[0]!;
	};
	choose('phoneNumber', isPhone);
	choose('workflow', isWorkflow);
	choose('customerName', (cell) => /\p{L}/u.test(cell) && !isPhone(cell));
	return columns;
}

function named(head: readonly string[]): Columns {
	const names = head.map(plain);
	const columns = {} as Columns;
	const taken = new Set<number>();
	for (const field of FIELDS) {
		// In the order of the names: `customerName` beats `name` where a file has both.
		const at = NAMES[field].map((name) => names.indexOf(name)).find((i) => i >= 0 && !taken.has(i));
		columns[field] = at ?? null;
		if (at !== undefined) taken.add(at);
	}
	return columns;
}
