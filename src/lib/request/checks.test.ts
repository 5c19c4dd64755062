import { describe, expect, it } from 'vitest';
import { checkName, checkTime } from './checks.ts';

describe('a customer name', () => {
	it.each(['Ada', '  Ada  ', 'أمينة بنعلي', '🙂'.repeat(80)])('%s is taken', (name) =>
		expect(checkName(name)).toBeNull(),
	);
	it.each([
		['', 'Enter the customer’s name.'],
		['   ', 'Enter the customer’s name.'],
		['x'.repeat(81), 'Too long. 80 characters at most, this is 81.'],
		['a\u0007b', 'The name holds a character that cannot be shown. Type it again.'],
		['Ada\r\nBerg', 'The name holds a line break. Write it on one line.'],
	])('%j is not', (name, words) => expect(checkName(name)).toBe(words));
});

it('a time must be chosen whole', () => {
	expect(checkTime('')).toBe('Choose a day and a time.');
	expect(checkTime('2026-11-22T15:30')).toBeNull();
});
