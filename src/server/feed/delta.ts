import { DELTA_MAX, type Change, type Sync } from '#contract';
import { readCursor, writeCursor } from '#contract/cursor.ts';
import type { Database, Row } from '#db/database.ts';
import { toCall } from '../calls/call.ts';
import { ALL_CLEARED_TO, IS_NOT_CLEARED } from '../calls/clearing.ts';
import { positionFrom, type FeedPosition } from '../calls/reads.ts';
import { CALL, fromRow, READ_FEED } from '../calls/rows.ts';

/**
 * The limit counts cleared rows too, so that a sync never reads more than a delta may contain, even if most rows
 * were cleared.
 */
const CALLS_SINCE = `SELECT ${CALL}, ${IS_NOT_CLEARED} AS "isLeft" FROM "Call" AS c
	WHERE c."seq" > max(?, ${ALL_CLEARED_TO}) ORDER BY c."seq" LIMIT ?`;
const TOMBSTONES_SINCE =
	'SELECT "seq", "kind", "callId", "run" FROM "Tombstone" WHERE "seq" > ? ORDER BY "seq" LIMIT ?';

/**
 * Returns the sync for a client at `cursor`: a delta with every later change, one entry per call. If a complete
 * delta is impossible or too long, returns a `reset`.
 */
export async function syncFrom(cursor: unknown, database: Database): Promise<Omit<Sync, 'version'>> {
	const parsed = readCursor(cursor);
	const since = parsed?.seq ?? Number.MAX_SAFE_INTEGER;
	const [feed = [], calls = [], tombstones = []] = await database.snapshot([
		[READ_FEED],
		[CALLS_SINCE, since, DELTA_MAX + 1],
		[TOMBSTONES_SINCE, since, DELTA_MAX + 1],
	]);
	const position = positionFrom(feed);
	const headCursor = cursorOf(position);
	const known = parsed?.epoch === position.epoch && parsed.seq <= position.change && parsed.seq >= position.prunedSeq;
	if (!known || calls.length + tombstones.length > DELTA_MAX) return { mode: 'reset', cursor: headCursor, changes: [] };
	const remaining = calls.filter(({ isLeft }) => isLeft === 1);
	const changes = [...remaining.map((row) => changeOf(row, parsed.seq)), ...tombstones.map(deletionOf)];
	return { mode: 'delta', cursor: headCursor, changes: changes.sort((a, b) => a.seq - b.seq) };
}

export const cursorOf = ({ epoch, change }: FeedPosition): string => writeCursor({ epoch, seq: change });

function changeOf(row: Row, after: number): Change {
	const call = fromRow(row);
	return { seq: call.seq, type: call.n > after ? 'created' : 'updated', call: toCall(call) };
}

function deletionOf({ seq, kind, callId, run }: Row): Change {
	return kind === 'deleted'
		? { seq: Number(seq), type: 'deleted', id: String(callId) }
		: { seq: Number(seq), type: 'cleared', run: run === null ? null : String(run) };
}
