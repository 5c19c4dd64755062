import { expect, it } from 'vitest';
import { ProblemError } from '#contract';
import { validateBatch } from './batch.ts';

const wanted = (over: Record<string, unknown> = {}) => ({
	customerName: 'Ada',
	phoneNumber: '+1 202 555 0100',
	workflow: 'SUPPORT',
	...over,
});

it('[R80] a valid batch is returned in the given order, as it is stored', async () => {
	const chosen = { scheduledAt: '2099-01-01T00:00:00Z', scenario: 'busy', run: 'ci-1' };
	const requests = await validateBatch([wanted({ customerName: ' Ada ' }), wanted({ customerName: 'Bo', ...chosen })]);
	const stored = { phoneNumber: '+12025550100', workflow: 'SUPPORT' };
	expect(requests).toEqual([
		{ ...stored, customerName: 'Ada', scheduledAt: null, scenario: null, run: null },
		{ ...stored, customerName: 'Bo', scheduledAt: Date.parse(chosen.scheduledAt), scenario: 'busy', run: 'ci-1' },
	]);
	expect(await validateBatch([])).toEqual([]);
});

it('[R81] the problem names every error of every call by its path', async () => {
	const batch = [
		wanted(),
		wanted({ phoneNumber: '12' }),
		wanted({ customerName: ' ', workflow: 'CHAT', phoneNumber: 'x' }),
		'a call',
		wanted({ color: 'red' }),
	];
	const problem = await validateBatch(batch).then(
		() => null,
		(error: unknown) => error,
	);
	expect(problem).toBeInstanceOf(ProblemError);
	const { code, errors } = problem as ProblemError;
	expect(code).toBe('invalid_input');
	expect(errors?.map(({ path }) => path)).toEqual([
		'calls.1.phoneNumber',
		'calls.2.customerName',
		'calls.2.workflow',
		'calls.2.phoneNumber',
		'calls.3',
		'calls.4.color',
	]);
});

it('[R85] the event loop runs other work while a batch is checked', async () => {
	let turns = 0;
	let over = false;
	const turn = (): void => {
		turns++;
		if (!over) setImmediate(turn);
	};
	setImmediate(turn);
	// More calls than a batch may contain: a fast machine checks a full batch before the first yield.
	const checked = await validateBatch(Array.from({ length: 50_000 }, () => wanted()));
	over = true;
	expect(checked).toHaveLength(50_000);
	expect(turns).toBeGreaterThan(0);
});
