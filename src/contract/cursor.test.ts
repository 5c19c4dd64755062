import { expect, it } from 'vitest';
import { isPast, parseCursor, readCursor, writeCursor } from './cursor.ts';
import { Cursor } from './feed.ts';

it('a cursor is read as it was written', () => {
	const somewhere = { epoch: '0a9z', seq: 4_711 };
	expect(parseCursor(writeCursor(somewhere))).toEqual(somewhere);
	expect(Cursor.parse(writeCursor(somewhere))).toBe('0a9z.4711');
});

it('a text that is no cursor is read as null', () => {
	for (const text of ['', 'a', 'a.', '.1', 'a.1.2', 'a.-1', 'a.1e3', 'A.1', ' a.1', 'a.1\n', `a.${'1'.repeat(16)}`]) {
		expect([text, readCursor(text), Cursor.safeParse(text).success]).toEqual([text, null, false]);
		expect(() => parseCursor(text)).toThrow('Not a cursor');
	}
	for (const nothing of [undefined, null, 1, ['a.1']]) expect(readCursor(nothing)).toBeNull();
});

it('a cursor is past another if its seq is higher or its epoch differs', () => {
	expect([isPast('a.9', 'a.10'), isPast('a.10', 'a.10'), isPast('a.10', 'a.9'), isPast('a.9', 'b.1')]).toEqual([
		...[true, false, false, true],
	]);
});
