import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { Call } from '#contract';
import { unguarded } from '#contract/csv.ts';
import { startApp, temporaryFolder, type TestApp } from '#tests/support/app.ts';
import { plainRequest } from '#tests/support/http.ts';
import { fillHistory } from '#tests/support/history.ts';
import { expectProblem } from '#tests/support/problems.ts';
import { openFollowingTab } from '#tests/support/tab.ts';

const FIELDS = Object.keys(Call.shape);

const text = async (app: TestApp, query: string): Promise<string> => {
	// Reads the bytes, because text() would drop the byte order mark.
	const response = await fetch(`${app.url}/api/calls/export${query}`);
	return Buffer.from(await response.arrayBuffer()).toString('utf8');
};
const ndjson = async (app: TestApp, query = ''): Promise<Call[]> =>
	(await text(app, `?format=ndjson${query}`))
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line) as Call);
const rowsOf = (csv: string): string[][] =>
	Papa.parse<string[]>(csv.replace(/^\uFEFF/, '').trimEnd(), { delimiter: ',', newline: '\r\n' }).data;

async function withCalls(): Promise<{ app: TestApp; calls: Call[] }> {
	const app = await startApp();
	const tab = await openFollowingTab(app);
	const made = [
		await app.create({ customerName: 'Zoë "Z" Müller, PhD', run: 'a,b' }),
		await app.create({ customerName: '=HYPERLINK("http://x")', workflow: 'SALES', scenario: 'busy' }),
		await app.create({ customerName: "'=1+1", scenario: { outcome: 'failed', delayMs: 5 }, run: '-x' }),
		await app.create({ customerName: '+12025550100', scheduledAt: '2099-01-01T00:00:00Z' }),
	];
	for (const { id, scheduledAt } of made) if (scheduledAt === null) await tab.ended(id);
	return { app, calls: (await app.list()).calls };
}

describe('GET /api/calls/export', () => {
	it('[R90] writes each call on a line of NDJSON as REST returns it, in the order of the list', async () => {
		const { app, calls } = await withCalls();
		expect(await ndjson(app)).toEqual(calls);
		expect(await ndjson(app, '&order=oldest')).toEqual(calls.toReversed());
		expect(await text(app, '?format=ndjson')).toBe(calls.map((call) => `${JSON.stringify(call)}\n`).join(''));
	});

	it('[R91] writes CSV with a header, a line for each call, CRLF and the UTF-8 byte order mark', async () => {
		const { app, calls } = await withCalls();
		const csv = await text(app, '');
		expect(csv.startsWith(`\uFEFF${FIELDS.join(',')}\r\n`)).toBe(true);
		expect(csv.endsWith('\r\n')).toBe(true);
		const [, ...rows] = rowsOf(csv);
		const words = (value: Call[keyof Call]): string => {
			if (value === null) return '';
			return typeof value === 'object' ? JSON.stringify(value) : String(value);
		};
		expect(rows.map((row) => row.map(unguarded))).toEqual(
			calls.map((call) => FIELDS.map((field) => words(call[field as keyof Call]))),
		);
	});

	it('[R92] has no cell that a spreadsheet takes for a formula, and leaves numbers unchanged', async () => {
		const { app } = await withCalls();
		const cells = rowsOf(await text(app, '?format=csv')).flat();
		expect(cells.filter((cell) => /^[\s'"]*[=+\-@\t\r]/.test(cell) && !/^('|\+\d+$)/.test(cell))).toEqual([]);
		expect(cells).toEqual(expect.arrayContaining(['+12025550100', `'=HYPERLINK("http://x")`, `''=1+1`, `'-x`]));
	});

	it('[R94] accepts every filter of the list, and refuses any other parameter by name', async () => {
		const { app, calls } = await withCalls();
		for (const query of ['&status=FAILED', '&workflow=SALES&workflow=REMINDER', '&run=a%2Cb', '&q=zo', '&outcome=busy'])
			expect([query, await ndjson(app, query)]).toEqual([query, (await app.list(`?${query}`)).calls]);
		const at = calls[1]!.createdAt;
		expect(await ndjson(app, `&from=${at}`)).toEqual(calls.filter(({ createdAt }) => createdAt >= at));
		expect(await ndjson(app, `&to=${at}`)).toEqual(calls.filter(({ createdAt }) => createdAt < at));
		const refused = async (query: string, code: 'unknown_parameter' | 'invalid_input'): Promise<string[]> =>
			expectProblem(await app.api('GET', `/api/calls/export${query}`), code);
		expect(await refused('?limit=5', 'unknown_parameter')).toEqual(['limit']);
		expect(await refused('?page=x', 'unknown_parameter')).toEqual(['page']);
		expect(await refused('?format=xlsx', 'invalid_input')).toEqual(['format']);
		expect(await refused('?status=DONE&format=csv', 'invalid_input')).toEqual(['status']);
	});

	it('[R95] is a download with a name that the server sets, stored by no cache, with the same HEAD, and needs the token', async () => {
		const app = await startApp({ API_TOKEN: 'secret-token' });
		for (const [format, type] of [
			['csv', 'text/csv; charset=utf-8; header=present'],
			['ndjson', 'application/x-ndjson; charset=utf-8'],
		] as const)
			for (const method of ['GET', 'HEAD']) {
				const { status, headers } = await fetch(`${app.url}/api/calls/export?format=${format}`, {
					method,
					headers: { authorization: 'Bearer secret-token' },
				});
				expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([200, type, 'no-store']);
				expect(headers.get('content-disposition')).toMatch(
					new RegExp(String.raw`^attachment; filename=calls-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.${format}$`),
				);
			}
		expect((await plainRequest(`${app.url}/api/calls/export`)).status).toBe(401);
	});

	it('[R99] has exactly the matching ones of 20,000 calls, each once, while other calls are made', async () => {
		const url = `file:${await temporaryFolder()}/audena.db`;
		await fillHistory(url, 20_000);
		const app = await startApp({ DATABASE_URL: url });
		const whole = ndjson(app, '&order=oldest');
		const failed = ndjson(app, '&status=FAILED');
		for (let i = 0; i < 10; i++) await app.create({ scenario: 'failed' });
		const numbers = (calls: Call[]): number[] => calls.map(({ customerName }) => Number(customerName.split(' ')[1]));
		const all = Array.from({ length: 20_000 }, (_, i) => i + 1);
		expect(numbers(await failed)).toEqual(all.filter((i) => i % 3 === 0).toReversed());
		expect(numbers(await whole).slice(0, 20_000)).toEqual(all);
	});
});
