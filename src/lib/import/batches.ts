import type { NewCall } from '#contract';

/** A row that will be a call. */
export interface Ready {
	line: number;
	call: NewCall;
}

/** What goes in one request: well below what the server takes, so that who calls meanwhile hardly waits for one. */
const ROWS = 250;
const BYTES = 900_000;

const encoder = new TextEncoder();
const bytesOf = (call: NewCall): number => encoder.encode(JSON.stringify(call)).length + 1;

/** The first rows that go together, from `from` on. */
export function batchAt(rows: readonly Ready[], from: number): Ready[] {
	const batch: Ready[] = [];
	let bytes = 0;
	for (let i = from; i < rows.length && batch.length < ROWS; i++) {
		const row = rows[i]!;
		bytes += bytesOf(row.call);
		if (batch.length > 0 && bytes > BYTES) break;
		batch.push(row);
	}
	return batch;
}
