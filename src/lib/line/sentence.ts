import type { Call } from '#contract';
import { lasted } from '#lib/time/words.ts';
import { endWords } from './words.ts';
import { phasesOf, type Part } from './phases.ts';
import { drawn } from './scale.ts';

const DID: Record<Part, string> = {
	scheduled: 'scheduled',
	queued: 'waited',
	initiated: 'dialed',
	ringing: 'rang',
	'in-progress': 'talked',
};

/** The line in words for screen readers: "Waited 0.20 s, rang 0.80 s, talked 1.71 s, completed." */
export function sentence(call: Call, now: number): string {
	if (call.phase === 'SCHEDULED') return 'Scheduled, not started.';
	const parts = phasesOf(call, now);
	const text = [...parts.map(({ part, ms }) => `${DID[part]} ${lasted(ms)}`), endWords(call)].join(', ');
	const isCut = drawn(parts).some((part) => part.isCut);
	const whole = isCut ? ` ${lasted(parts.reduce((sum, { ms }) => sum + ms, 0))} in total; the line is shortened.` : '';
	return `${text.charAt(0).toUpperCase()}${text.slice(1)}.${whole}`;
}
