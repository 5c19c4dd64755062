import { wallTime, type ReadTime } from './wall-time.ts';

const DAY_MS = 86_400_000;

/** Returns what clocks in the browser's zone show at `ms`: in milliseconds, as if these clocks showed UTC. */
function shownAt(ms: number): number {
	const at = new Date(ms);
	const shown = new Date(0);
	shown.setUTCFullYear(at.getFullYear(), at.getMonth(), at.getDate());
	return shown.setUTCHours(at.getHours(), at.getMinutes(), at.getSeconds(), at.getMilliseconds());
}

/**
 * Reads a text such as `2027-03-28T02:30` in the browser's zone. Returns `missing` if the clocks skip that time.
 * If the clocks show it twice, returns the first moment and `twice`. Returns null for text that is not a time.
 */
export function localTime(text: string): ReadTime {
	const wall = wallTime(text);
	if (wall === null) return null;
	// `new Date(text)` silently moves a skipped time. Instead, try the UTC offsets of the day before and the day
	// after.
	const offsets = [wall - DAY_MS, wall + DAY_MS].map((ms) => shownAt(ms) - ms);
	const moments = [...new Set(offsets.map((offset) => wall - offset))].filter((ms) => shownAt(ms) === wall);
	if (moments.length === 0) return { missing: true };
	return { at: new Date(Math.min(...moments)), twice: moments.length > 1 };
}
