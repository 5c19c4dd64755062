import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const BYTES = 16;
/** Chance for 256 ids, fetched together: each fetch takes longer than all the rest of an id. */
const chance = new Uint8Array(BYTES * 256);
let taken = chance.length;
let [lastMs, counter] = [-Infinity, 0];

/** A new UUIDv7 (RFC 9562), greater than all that this process gave before it: later rows lie later in an index. */
export function newId(): string {
	if (taken === chance.length) {
		randomFillSync(chance);
		taken = 0;
	}
	const random = chance.subarray(taken, (taken += BYTES));
	const now = Date.now();
	// 31 bits of chance at the beginning of each millisecond leave 2 ** 31 ids for the rest of it.
	if (now > lastMs) [lastMs, counter] = [now, new DataView(random.buffer, random.byteOffset).getUint32(6) >>> 1];
	else counter++;
	return v7({ random, msecs: lastMs, seq: counter });
}
