const NAMES = ['Ada Lovelace', 'Grace Hopper', 'Alan Turing', 'Mary Jackson', 'Edsger Dijkstra', 'Radia Perlman'];
const WORKFLOWS = ['SUPPORT', 'SALES', 'REMINDER'] as const;

/** A call that nobody dispatches: its whole life would be measured otherwise. */
export const bodyOf = (i: number): string =>
	JSON.stringify({
		customerName: `${NAMES[i % NAMES.length]!} ${i}`,
		phoneNumber: `+1202555${String(100 + (i % 100)).padStart(4, '0')}`,
		workflow: WORKFLOWS[i % WORKFLOWS.length],
		scheduledAt: '2999-01-01T00:00:00Z',
	});
