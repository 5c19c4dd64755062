import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const BYTES = 16;
/** Chance for 256 ids, fetched together: each fetch takes longer than all the rest of an id. */
const chance = new Uint8Array(BYTES * 256);
let taken = chance.length;

/** A new UUIDv7: rows that come later lie later in an index. Those of one millisecond are in no order. */
export function newId(): string {
	if (taken === chance.length) {
		randomFillSync(chance);
		taken = 0;
	}
	return v7({ random: chance.subarray(taken, (taken += BYTES)) });
}
