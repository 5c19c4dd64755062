import { describe, expect, it } from 'vitest';
import { csvLine } from '#contract/csv.ts';
import { SCENARIO_NAMES } from '#contract/words.ts';
import * as phones from '#lib/phone/phone.ts';
import { batchAt } from './batches.ts';
import { findHeader, guessColumns } from './columns.ts';
import { decode } from './file.ts';
import { checkRow, type Plan } from './rows.ts';
import { readTable, Unreadable } from './table.ts';

const bytes = (...parts: (string | number[])[]): Uint8Array =>
	Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...new TextEncoder().encode(part)] : part)));

const NOTHING = { customerName: 0, phoneNumber: 1, workflow: null, scheduledAt: null, scenario: null, run: null };
const PLAN: Plan = { columns: NOTHING, workflow: 'SALES', run: '', country: 'DE', lostPlus: null };

describe('reading a file', () => {
	it('[I1] decodes UTF-8 with or without a byte order mark, UTF-16 by its mark, and anything else as Windows-1252', async () => {
		expect(await decode(bytes('Zoë'))).toEqual({ text: 'Zoë', encoding: 'UTF-8' });
		expect(await decode(bytes([0xef, 0xbb, 0xbf], 'Zoë'))).toEqual({ text: 'Zoë', encoding: 'UTF-8' });
		expect(await decode(bytes('Zo', [0xeb]))).toEqual({ text: 'Zoë', encoding: 'Windows-1252' });
		expect(await decode(bytes([0xff, 0xfe, 0x5a, 0]))).toEqual({ text: 'Z', encoding: 'UTF-16' });
		// This character crosses the boundary between two slices.
		const long = `${'x'.repeat((1 << 20) - 1)}ü`;
		expect(await decode(bytes(long))).toEqual({ text: long, encoding: 'UTF-8' });
	});

	it.each([
		['a,b\r\nc,d\r\n', ','],
		['a;b\nc;d', ';'],
		['a\tb\rc\td\r', '\t'],
		['a|b\r\nc|d\n', '|'],
	])('[I2] %j has the delimiter %j, with any line endings', async (text, delimiter) =>
		expect(await readTable(text)).toEqual({
			delimiter,
			rows: [
				{ line: 1, cells: ['a', 'b'] },
				{ line: 2, cells: ['c', 'd'] },
			],
		}),
	);

	it('[I3] each row has its line number, also after empty lines and multi-line cells', async () => {
		const { rows } = await readTable('n,p\n\n"a\nb\r\nc",1\n , \nd,"2"""\n');
		expect(rows).toEqual([
			{ line: 1, cells: ['n', 'p'] },
			{ line: 3, cells: ['a\nb\nc', '1'] },
			{ line: 7, cells: ['d', '2"'] },
		]);
	});

	it('[I3] a long file is read in several turns of the event loop, with the right line numbers', async () => {
		const text = Array.from({ length: 20_000 }, (_, i) => `"Customer\n${i}",+12025550100\n`).join('');
		let turns = 0;
		const timer = setInterval(() => turns++);
		const { rows } = await readTable(text);
		clearInterval(timer);
		expect(rows).toHaveLength(20_000);
		expect(rows.every(({ line, cells }, i) => line === 2 * i + 1 && cells[0] === `Customer\n${i}`)).toBe(true);
		expect(turns).toBeGreaterThan(1);
	});

	it.each([
		['a,b\n"c,d\ne,f\n', 2],
		[`a,b\n"c,${'x\n'.repeat(300_000)}`, 2],
	])('[I4] an unclosed quote is reported with its line (%#)', async (text, line) => {
		await expect(readTable(text)).rejects.toThrow(Unreadable);
		await expect(readTable(text)).rejects.toThrow(`Near line ${line} `);
	});

	it('[I8] a file that is not text, or has no lines, is rejected with the fix', async () => {
		// The first bytes of a spreadsheet's native format.
		const { text } = await decode(bytes([0x50, 0x4b, 3, 4, 20, 0, 6, 0, 0xe9], 'name,phone\nAda,1'));
		await expect(readTable(text)).rejects.toThrow('Save the table as CSV');
		await expect(readTable(`name,phone\n${'x'.repeat(300_000)}`)).rejects.toThrow('Line 2 is too long.');
	});

	it('[I4] more than 100,000 rows are rejected', async () =>
		expect(readTable('a,1\n'.repeat(100_002))).rejects.toThrow(/More than 100,000 rows/));
});

describe('guessing columns', () => {
	const rows = (...lines: string[][]) => lines.map((cells, i) => ({ line: i + 1, cells }));

	it.each([
		[['Name', 'Phone'], { customerName: 0, phoneNumber: 1 }],
		[
			['id', 'customerName', 'phoneNumber', 'workflow', 'run'],
			{ customerName: 1, phoneNumber: 2, workflow: 3, run: 4 },
		],
		[['Telefonnummer', 'Kunde', 'Call type'], { phoneNumber: 0, customerName: 1, workflow: 2 }],
		[['MOBILE_NUMBER', 'Full Name', 'Scheduled at'], { phoneNumber: 0, customerName: 1, scheduledAt: 2 }],
	])('[I5] uses the heads %j', (head, columns) => {
		expect(findHeader(rows(head))).toBe(0);
		expect(guessColumns(head, [])).toMatchObject(columns);
	});

	it('[I5] uses the content of the cells without heads', () => {
		const table = rows(['+49 30 1234567', 'sales', 'Ada'], ['(202) 555-0100', 'SUPPORT', 'Bo']);
		expect(findHeader(table)).toBeNull();
		expect(guessColumns(null, table)).toMatchObject({ phoneNumber: 0, workflow: 1, customerName: 2, run: null });
		expect(findHeader(rows(['Wer', 'Wohin'], ['Ada', '+49 30 1234567']))).toBe(0);
	});
});

describe('checking a row', () => {
	it('[I6] returns a call, and reads a number without + in the chosen country', () =>
		expect(checkRow([' Ada ', '030 23125017'], PLAN, phones)).toEqual({
			call: { customerName: 'Ada', phoneNumber: '+493023125017', workflow: 'SALES' },
		}));

	it('[I6] reads workflow, time, scenario and run from their columns', () => {
		const columns = { customerName: 0, phoneNumber: 1, workflow: 2, scheduledAt: 3, scenario: 4, run: 5 };
		const cells = ['Ada', "'+12025550100", 'support', '2099-01-01 10:00+02:00', '{"outcome":"busy"}', 'ci-7'];
		expect(checkRow(cells, { ...PLAN, columns }, phones).call).toEqual({
			customerName: 'Ada',
			phoneNumber: '+12025550100',
			workflow: 'SUPPORT',
			scheduledAt: '2099-01-01T08:00:00.000Z',
			scenario: { outcome: 'busy' },
			run: 'ci-7',
		});
		const wrong = checkRow(['', '12', 'chat', 'tomorrow', 'maybe', 'x'.repeat(65)], { ...PLAN, columns }, phones);
		expect(wrong.errors).toEqual([
			{ field: 'customerName', message: 'Enter the customer’s name.' },
			{ field: 'phoneNumber', message: 'Too short for Germany. Two more digits?' },
			{ field: 'workflow', message: 'Unknown workflow. Use SUPPORT, SALES or REMINDER.' },
			{ field: 'scheduledAt', message: 'Give a time with its zone, such as 2026-11-22T15:30:00Z.' },
			{ field: 'scenario', message: `Unknown scenario. Use one of ${SCENARIO_NAMES.join(', ')}.` },
			{ field: 'run', message: 'Too long: 65 characters. Use at most 64.' },
		]);
	});

	it.each([
		['{"outcome":"completed","delayMs":500,"talkMs":500}', []],
		['{"outcome":"busy","talkMs":5}', ['talkMs: A call that ends as busy has no talk. Omit talkMs.']],
		[
			'{"outcome":"completed","delayMs":5,"talkMs":6}',
			['talkMs: Talk is the last part of the delay: talkMs must be at most delayMs, which is 5.'],
		],
		[
			'{"outcome":"completed","wait":5}',
			['wait: This field does not exist. Leave it out, or use outcome, delayMs or talkMs.'],
		],
	])('[EX1] checks the scenario %s before anything is sent', (scenario, messages) => {
		const columns = { ...NOTHING, scenario: 2 };
		const { errors = [] } = checkRow(['Ada', '+12025550100', scenario], { ...PLAN, columns }, phones);
		expect(errors).toEqual(messages.map((message) => ({ field: 'scenario', message })));
	});

	it.each(['2099-02-29T10:00:00Z', '2099-13-01T10:00:00Z', '2099-01-01T25:00:00Z', '2099-01-01T10:00:00'])(
		'[I6] rejects the time %s',
		(at) =>
			expect(
				checkRow(['Ada', '+12025550100', at], { ...PLAN, columns: { ...NOTHING, scheduledAt: 2 } }, phones).errors,
			).toMatchObject([{ field: 'scheduledAt' }]),
	);

	it.each([
		['4,93023E+11', 'A spreadsheet has shortened this number. Format its column as text there.'],
		['', 'Enter a phone number.'],
	])('[I6] rejects the number %j with the fix', (number, message) =>
		expect(checkRow(['Ada', number], PLAN, phones).errors).toEqual([{ field: 'phoneNumber', message }]),
	);

	it('[R93] an exported row becomes the same call again', async () => {
		const names = ["'=1+1", '=cmd|x', '+12025550100', '-', "O'Brien", 'a "b", c', '＝x', "'Tis"];
		const text = names.map((name) => csvLine([name, '+12025550100'])).join('');
		const { rows } = await readTable(`\uFEFF${csvLine(['customerName', 'phoneNumber'])}`.slice(1) + text);
		const calls = rows.slice(1).map(({ cells }) => checkRow(cells, PLAN, phones).call);
		expect(calls.map((call) => [call?.customerName, call?.phoneNumber])).toEqual(
			names.map((name) => [name, '+12025550100']),
		);
	});
});

it('[I7] a batch has at most 250 rows, and is smaller than the server’s limit', () => {
	const rows = (count: number, name: string) =>
		Array.from({ length: count }, (_, i) => ({
			line: i + 2,
			call: { customerName: name, phoneNumber: '+12025550100', workflow: 'SALES' as const },
		}));
	expect(batchAt(rows(1_200, 'Ada'), 0)).toHaveLength(250);
	expect(batchAt(rows(1_200, 'Ada'), 1_000).map(({ line }) => line)).toEqual(
		Array.from({ length: 200 }, (_, i) => 1_002 + i),
	);
	const long = batchAt(rows(500, 'x'.repeat(5_000)), 0);
	expect(JSON.stringify({ calls: long.map(({ call }) => call) }).length).toBeLessThan(1 << 20);
	expect(long.length).toBeGreaterThan(100);
	expect(batchAt(rows(1, 'x'.repeat(2_000_000)), 0)).toHaveLength(1);
});
