import type { NewCall } from '#contract';

/** A row that will become a call. */
export interface Ready {
	line: number;
	call: NewCall;
}

/**
 * The limits of one request, below those of the server. A batch has few rows, so that live calls hardly wait for
 * it.
 */
const ROWS = 250;
const BYTES = 900_000;

const encoder = new TextEncoder();
const bytesOf = (call: NewCall): number => encoder.encode(JSON.stringify(call)).length + 1;

/** Returns the next batch of rows, starting at index `from`. */
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
