import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const BYTES = 16;
/** Random bytes for 256 ids, fetched together because one fetch takes longer than the rest of an id. */
const chance = new Uint8Array(BYTES * 256);
let taken = chance.length;
let [lastMs, counter] = [-Infinity, 0];

/**
 * Returns a new UUIDv7 (RFC 9562), greater than all earlier ones of this process, so later rows lie later in an index.
 */
export function newId(): string {
	if (taken === chance.length) {
		randomFillSync(chance);
		taken = 0;
	}
	const random = chance.subarray(taken, (taken += BYTES));
	const now = Date.now();
	// A counter that starts at 31 random bits leaves at least 2 ** 31 ids for the rest of the millisecond.
	if (now > lastMs) [lastMs, counter] = [now, new DataView(random.buffer, random.byteOffset).getUint32(6) >>> 1];
	else counter++;
	return v7({ random, msecs: lastMs, seq: counter });
}
