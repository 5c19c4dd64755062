import { expect, it } from 'vitest';
import type { Call, Change } from '#contract';
import { compact } from './compact.ts';

const call = (id: string, run: string | null = null): Call => ({ id, run }) as Call;
const created = (seq: number, id: string, run?: string): Change => ({ seq, type: 'created', call: call(id, run) });
const updated = (seq: number, id: string, run?: string): Change => ({ seq, type: 'updated', call: call(id, run) });
const deleted = (seq: number, id: string): Change => ({ seq, type: 'deleted', id });
const cleared = (seq: number, run: string | null): Change => ({ seq, type: 'cleared', run });

it.each<[what: string, changes: Change[], compacted: Change[]]>([
	['other calls stay as they are', [created(1, 'a'), updated(2, 'b')], [created(1, 'a'), updated(2, 'b')]],
	['the last seq counts', [updated(1, 'a'), updated(2, 'b'), updated(3, 'a')], [updated(2, 'b'), updated(3, 'a')]],
	['created and updated is created', [created(1, 'a'), updated(2, 'a')], [created(2, 'a')]],
	['anything and deleted is deleted', [created(1, 'a'), updated(2, 'a'), deleted(3, 'a')], [deleted(3, 'a')]],
	['cleared drops all', [created(1, 'a'), deleted(2, 'b'), cleared(3, null)], [cleared(3, null)]],
	[
		'a run’s clearing drops its calls',
		[created(1, 'a', 'r'), created(2, 'b'), cleared(3, 'r'), created(4, 'c', 'r')],
		[created(2, 'b'), cleared(3, 'r'), created(4, 'c', 'r')],
	],
	[
		'two clearings of one run are the later',
		[cleared(1, 'r'), cleared(2, 's'), cleared(3, 'r')],
		[cleared(2, 's'), cleared(3, 'r')],
	],
])('[F60] a frame has one entry per call: %s', (_what, changes, compacted) =>
	expect(compact(changes)).toEqual(compacted),
);
