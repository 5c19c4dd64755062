import type { Call, Outcome } from '#contract';

const ENDS: Record<Outcome, string> = {
	completed: 'completed',
	busy: 'busy',
	'no-answer': 'no answer',
	failed: 'failed',
	dropped: 'dropped',
	canceled: 'canceled',
	'provider-unreachable': 'provider unreachable',
	'no-report': 'no status received',
	manual: 'edited manually',
};

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

export const outcomeWords = (outcome: Outcome): string => capital(ENDS[outcome]);

/** The outcome in lower case, or `not ended yet`. */
export const endWords = ({ outcome }: Pick<Call, 'outcome'>): string =>
	outcome === null ? 'not ended yet' : ENDS[outcome];

/**
 * The phase or outcome that is shown beside the status badge. Empty if the badge says it all, or while the call is
 * scheduled.
 */
export function why({ phase, outcome, status }: Call): string {
	if (outcome === 'completed' && status === 'COMPLETED') return '';
	if (outcome !== null) return outcomeWords(outcome);
	if (phase === 'QUEUED') return 'Queued';
	if (phase === 'INITIATED') return 'Dialing';
	if (phase === 'RINGING') return 'Ringing';
	if (phase === 'IN_PROGRESS') return 'Talking';
	return '';
}
