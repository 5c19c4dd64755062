import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change, Changes } from '#contract';
import { onChanges, onHead, onSync, type Step } from './frames.ts';

const at = '2026-11-22T12:00:00.000Z';
const gone = (seq: number): Change => ({ seq, type: 'deleted', id: `call-${seq}` });
const frame = (previous: number, cursor: number, seqs: number[], epoch = 'a'): Changes => ({
	previous: `${epoch}.${previous}`,
	cursor: `${epoch}.${cursor}`,
	at,
	changes: seqs.map(gone),
});
const seqs = (step: Step): number[] => (step.do === 'apply' ? step.changes.map(({ seq }) => seq) : []);

describe('a changes frame', () => {
	it('that follows the cursor is applied, and the cursor moves to its end', () => {
		const step = onChanges('a.10', frame(10, 15, [12, 14]));
		expect(step).toMatchObject({ do: 'apply', cursor: 'a.15' });
		expect(seqs(step)).toEqual([12, 14]);
	});
	it('that begins after the cursor is a gap', () =>
		expect(onChanges('a.10', frame(11, 15, [12]))).toEqual({ do: 'sync' }));
	it('at or before the cursor is ignored', () =>
		expect(onChanges('a.15', frame(10, 15, [12, 14]))).toEqual({ do: 'nothing' }));
	it('that overlaps the cursor is applied only after it', () =>
		expect(seqs(onChanges('a.12', frame(10, 15, [12, 14])))).toEqual([14]));
	it('of another epoch causes a sync', () => expect(onChanges('b.99', frame(1, 2, [2]))).toEqual({ do: 'sync' }));
});

describe('a heartbeat', () => {
	it('after the cursor requests the missing changes', () =>
		expect(onHead('a.10', { cursor: 'a.11', at })).toEqual({ do: 'sync' }));
	it('at or before the cursor does nothing', () => {
		expect(onHead('a.10', { cursor: 'a.10', at })).toEqual({ do: 'nothing' });
		expect(onHead('a.10', { cursor: 'a.9', at })).toEqual({ do: 'nothing' });
	});
});

describe('a sync', () => {
	const sync = (mode: 'delta' | 'reset', cursor: string, changes: number[] = []) => ({
		mode,
		cursor,
		changes: changes.map(gone),
		version: '1',
	});
	it('with a delta is applied only after the cursor', () =>
		expect(seqs(onSync('a.10', sync('delta', 'a.20', [9, 11, 20])))).toEqual([11, 20]));
	it('never moves the cursor back', () =>
		expect(onSync('a.10', sync('delta', 'a.5'))).toMatchObject({ cursor: 'a.10' }));
	it('that resets, or is of another epoch, reloads the list', () => {
		expect(onSync('a.10', sync('reset', 'a.20'))).toEqual({ do: 'reload' });
		expect(onSync('a.10', sync('delta', 'b.20'))).toEqual({ do: 'reload' });
		expect(onSync(null, sync('delta', 'a.20'))).toEqual({ do: 'reload' });
	});
});

it('every change is applied once and in order, although frames are lost, doubled or late', () => {
	const moves = fc.array(
		fc.record({ size: fc.integer({ min: 1, max: 4 }), fate: fc.constantFrom('sent', 'lost', 'twice', 'late') }),
		{
			maxLength: 40,
		},
	);
	fc.assert(
		fc.property(moves, (frames) => {
			let own = 'a.0';
			let head = 0;
			const applied: number[] = [];
			const late: Changes[] = [];
			const take = (step: Step): void => {
				if (step.do === 'sync') {
					const from = Number(own.slice(2));
					const missing = Array.from({ length: head - from }, (_, n) => gone(from + n + 1));
					take(onSync(own, { mode: 'delta', cursor: `a.${head}`, changes: missing, version: '1' }));
				} else if (step.do === 'apply') {
					expect(Number(step.cursor.slice(2))).toBeGreaterThanOrEqual(Number(own.slice(2)));
					own = step.cursor;
					applied.push(...seqs(step));
				}
			};
			for (const { size, fate } of frames) {
				const next = frame(
					head,
					head + size,
					Array.from({ length: size }, (_, n) => head + n + 1),
				);
				head += size;
				if (fate === 'late') late.push(next);
				if (fate === 'sent' || fate === 'twice') take(onChanges(own, next));
				if (fate === 'twice') take(onChanges(own, next));
				if (late.length > 2) for (const old of late.splice(0)) take(onChanges(own, old));
			}
			take(onHead(own, { cursor: `a.${head}`, at }));
			expect(applied).toEqual(Array.from({ length: head }, (_, n) => n + 1));
		}),
	);
});
