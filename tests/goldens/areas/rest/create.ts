import { FAR } from '../../stage/life.ts';
import { area } from '../area.ts';

const GOOD = { customerName: 'Ada Lovelace', phoneNumber: '+12025550100', workflow: 'SUPPORT' };
const LATER = { ...GOOD, scheduledAt: FAR };

const create = area('rest/create.json', async ({ server, exchange }) => {
	const post = (what: string, body: unknown, headers?: Record<string, string>): Promise<unknown> =>
		exchange(what, 'POST /api/calls', { body, ...(headers === undefined ? {} : { headers }) });

	await post('the least', GOOD);
	await post('every field', {
		...LATER,
		run: 'nightly',
		scenario: { outcome: 'completed', delayMs: 500, talkMs: 200 },
	});
	await post('nulls', { ...GOOD, scheduledAt: null, run: null, scenario: null });
	await post('a time that is over', { ...GOOD, scheduledAt: '2001-02-03T04:05:06+02:00' });
	await post('blanks around texts', {
		...LATER,
		customerName: '  Ada  ',
		run: ' x ',
		phoneNumber: ' +1 (202) 555-0100 ',
	});
	for (const [name, scenario] of Object.entries({ busy: 'busy', slow: 'slow', 'provider-down': 'provider-down' }))
		await post(`the scenario ${name}`, { ...LATER, scenario });

	await post('no field', {});
	await post('every field is wrong', {
		customerName: ' ',
		phoneNumber: '12',
		workflow: 'CHAT',
		scheduledAt: 'tomorrow',
		run: '',
		scenario: 'lucky',
		color: 'red',
	});
	await post('wrong types', { customerName: 1, phoneNumber: 2, workflow: 3, scheduledAt: 4, run: 5, scenario: 6 });
	await post('a name that is too long', { ...GOOD, customerName: 'x'.repeat(81) });
	await post('a name of two lines', { ...GOOD, customerName: 'a\nb' });
	await post('a run that is too long', { ...GOOD, run: 'x'.repeat(65) });
	await post('a number that is not possible', { ...GOOD, phoneNumber: '+1202555' });
	await post('a number without +', { ...GOOD, phoneNumber: '2025550100' });
	await post('a number with an extension', { ...GOOD, phoneNumber: '+12025550100 ext. 5' });
	await post('a scenario that cannot be kept', {
		...GOOD,
		scenario: { outcome: 'busy', talkMs: 5, delayMs: -1, x: 1 },
	});
	await post('talk beyond the delay', { ...GOOD, scenario: { outcome: 'completed', talkMs: 5, delayMs: 1 } });
	for (const body of ['null', '[]', '"text"', '7']) await post(`a body of ${body}`, body);
	await exchange('no body', 'POST /api/calls');

	const key = { 'idempotency-key': 'the first key' };
	await post('a key', LATER, key);
	await post('the same key and body', LATER, key);
	await post('the same key with another body', { ...LATER, workflow: 'SALES' }, key);
	await post('the same key without a valid body', {}, key);
	await post('a key that is empty', LATER, { 'idempotency-key': '' });
	await post('a key that is too long', LATER, { 'idempotency-key': 'x'.repeat(256) });
	const { id } = await server
		.read<{ calls: { id: string }[] }>('GET /api/calls?limit=1')
		.then(({ calls }) => calls[0]!);
	await exchange('the call of the key is deleted', `DELETE /api/calls/${id}`);
	await post('the key of a deleted call', LATER, key);
});

const batch = area('rest/batch.json', async ({ exchange }) => {
	const post = (what: string, body: unknown, more: { headers?: Record<string, string>; shown?: unknown } = {}) =>
		exchange(what, 'POST /api/calls/batch', { body, ...more });

	await post('two calls', { calls: [LATER, { ...LATER, customerName: 'Grace Hopper', run: 'batch' }] });
	await post('errors of several calls', { calls: [GOOD, { ...GOOD, phoneNumber: '1' }, { workflow: 'X', a: 1 }, 7] });
	await post('no call', { calls: [] });
	await post('no list', { calls: 'all' });
	await post('an unknown field', { calls: [LATER], run: 'x' });
	await post('nothing', {});
	await post('too many', { calls: Array.from({ length: 1_001 }, () => LATER) }, { shown: '1,001 calls' });
	const headers = { 'idempotency-key': 'a batch' };
	await post('a key', { calls: [LATER] }, { headers });
	await post('the same key and body', { calls: [LATER] }, { headers });
	await post('the same key with another body', { calls: [LATER, LATER] }, { headers });
	await exchange('a key counts for one path only', 'POST /api/calls', { body: LATER, headers });
});

export const creation = [create, batch];
