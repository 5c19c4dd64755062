import type { Call, CallPage } from '#contract';
import type { Exchanges } from '../../stage/exchange.ts';

const FILTERS = [
	'status=PENDING',
	'status=COMPLETED&status=FAILED&outcome=completed',
	'outcome=busy&outcome=dropped',
	'outcome=manual',
	'workflow=SALES',
	'run=spring',
	'run=spring&run=autumn&workflow=REMINDER',
	'run=%40home',
	'status=&workflow=&q=&page=',
	'q=ada',
	'q=zoe%20ang',
	'q=%E6%9D%8E',
	'q=202555',
	'q=(202)%20555-0151',
	'q=smith,&status=FAILED',
	'q=nothing',
	'q=%20',
	'to=2000-01-01T00:00:00Z',
	'from=2000-01-01T00:00:00Z&limit=1',
	'order=oldest&limit=2',
	'limit=200',
];
const REFUSED = [
	'status=DONE',
	'workflow=X&outcome=X',
	'limit=0',
	'limit=201',
	'limit=2&limit=3',
	'limit=two',
	'page=nonsense',
	'order=random',
	'from=yesterday',
	'to=2026-01-01',
	'at=end',
	'status%5B%5D=PENDING',
	`q=${'x'.repeat(101)}`,
	`run=${'x'.repeat(65)}`,
];

/** Records `GET /api/calls`. `calls` is the whole history, the oldest first. */
export async function recordList(exchange: Exchanges, calls: readonly Call[]): Promise<void> {
	await exchange('the whole history', 'GET /api/calls');
	await exchange('without the body', 'HEAD /api/calls');
	for (const query of FILTERS) await exchange(`?${query}`, `GET /api/calls?${query}`);
	for (const query of REFUSED) await exchange(`refused: ?${query}`, `GET /api/calls?${query}`);

	const [, second, third, fourth] = calls;
	await exchange(
		'from the second call on, before the fourth',
		`GET /api/calls?from=${second!.createdAt}&to=${fourth!.createdAt}`,
	);
	await exchange('exactly one moment', `GET /api/calls?from=${third!.createdAt}&to=${third!.createdAt}`);

	for (const order of ['newest', 'oldest']) {
		const query = `order=${order}&limit=5`;
		const page = async (what: string, token: string | null): Promise<CallPage> => {
			const line = `GET /api/calls?${query}${token === null ? '' : `&page=${token}`}`;
			return JSON.parse((await exchange(`${order} first: ${what}`, line)).text) as CallPage;
		};
		const first = await page('page 1', null);
		const next = await page('page 2', first.nextPage);
		const last = await page('page 3', next.nextPage);
		await page('back to page 2', last.previousPage);
		await exchange(
			`${order} first: a token of another list`,
			`GET /api/calls?limit=5&status=FAILED&page=${first.nextPage}`,
		);
	}
}
