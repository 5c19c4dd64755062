import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Call, Problem, ProviderCall } from '#contract';
import { phoneTextOf } from '#contract/phone-text.ts';
import { checkRow } from '#lib/import/rows.ts';
import { migrate, migrationsFrom } from '#db/migrate.ts';
import * as phones from '#lib/phone/phone.ts';
import { checkName } from '#lib/request/checks.ts';
import { readPhone } from '#server/calls/phone.ts';
import { startApp, temporaryFolder, type ApiResponse, type TestApp } from '#tests/support/app.ts';
import { openTestDatabase } from '#tests/support/database.ts';

/** The other fields of a call. Its time is later than any test runs, so that no call starts. */
const SCHEDULED = { workflow: 'SUPPORT', scheduledAt: '2100-01-01T00:00:00.000Z' };
const COLUMNS = { customerName: 0, phoneNumber: 1, workflow: null, scheduledAt: null, scenario: null, run: null };
const PLAN = { columns: COLUMNS, workflow: 'SUPPORT', run: '', country: 'US', lostPlus: null } as const;

const messageOf = ({ body }: ApiResponse<unknown>): string => (body as Problem).errors?.[0]?.message ?? '';

/** Returns what each entry point, such as the form or REST, makes of a number: the stored number or the message. */
async function entrances(app: TestApp, phoneNumber: string): Promise<Record<string, string>> {
	const one = { customerName: 'Ada', phoneNumber, ...SCHEDULED };
	const alone = await app.api<{ call: Call }>('POST', '/api/calls', one);
	const batch = await app.api<{ calls: Call[] }>('POST', '/api/calls/batch', { calls: [one] });
	const sent = await app.api<{ providerId: string }>('POST', '/api/provider/send-call', {
		...{
			callId: crypto.randomUUID(),
			phoneNumber,
			workflow: 'SUPPORT',
			scenario: { outcome: 'busy', delayMs: 86_400_000 },
		},
	});
	const accepted =
		sent.status === 200
			? await app.api<{ call: ProviderCall }>('GET', `/api/provider/calls/${sent.body.providerId}`)
			: undefined;
	const form = phones.compose(phoneNumber, 'US');
	const row = checkRow(['Ada', phoneNumber], PLAN, phones);
	return {
		alone: alone.status === 201 ? alone.body.call.phoneNumber : messageOf(alone),
		batch: batch.status === 201 ? batch.body.calls[0]!.phoneNumber : messageOf(batch),
		provider: accepted ? accepted.body.call.phoneNumber : messageOf(sent),
		form: form.e164 ?? form.error,
		row: row.call?.phoneNumber ?? row.errors![0]!.message,
	};
}

const all = (value: string): Record<string, string> =>
	Object.fromEntries(['alone', 'batch', 'provider', 'form', 'row'].map((entrance) => [entrance, value]));

describe('a phone number', () => {
	it('[TX1] is read by one rule in REST, batch, send-call, form and import', async () => {
		const app = await startApp();
		const numbers: [typed: string, e164: string][] = [
			['+33\u202f6\u202f12\u202f34\u202f56\u202f78', '+33612345678'],
			['+1\u00a0202\u00a0555\u00a00100', '+12025550100'],
			['\u202a+1 202 555 0100\u202c', '+12025550100'],
			['＋８１９０１２３４５６７８', '+819012345678'],
			['+१२०२५५५०१००', '+12025550100'],
			['(+44) (0)20 7946 0112', '+442079460112'],
			['tel:+1-202-555-0100', '+12025550100'],
			['+1–202—555−0100', '+12025550100'],
		];
		for (const [typed, e164] of numbers) expect(await entrances(app, typed), typed).toEqual(all(e164));
	});

	it('[TX3] with an extension, letters or a second number is refused everywhere with the same message', async () => {
		const app = await startApp();
		for (const typed of [
			...['+12025550100 x123', '+12025550100 ext. 7', '+12025550100;ext=7', '+12025550100#123', '+12025550100,,123'],
			...['+12025550100p123', '+12025550100 доб. 12', '+1 800 FLOWERS', '+12025550100, +12025550101', '+1202555010②'],
			...['+672 00000', `+1${' 2'.repeat(40)}`],
		]) {
			const read = await entrances(app, typed);
			expect(read, typed).toEqual(all(read.form!));
			expect(read.form, typed).toMatch(/\.$/);
		}
		// Only an import accepts the decimal that a spreadsheet makes of a number, if no digit was lost.
		const decimal = await entrances(app, '+12025550100.0');
		expect(decimal).toEqual({ ...all(decimal.form!), row: '+12025550100' });
		expect(decimal.form).toMatch(/^A spreadsheet took this number for a decimal/);
		expect((await entrances(app, '+12025550100 x123')).alone).toBe('Extensions cannot be dialed. Leave out “x123”.');
		expect((await app.list()).calls).toEqual([]);
	});

	it('[TX1] is stored or refused alike by browser and server, for any text', () => {
		const pieces = fc.array(
			fc.constantFrom(
				...['+', '+1', '+49', '+44', '+81', '(0)', '202', '555', '0100', '30', '23125017', '7', '0', '00'],
				...[
					' ',
					'-',
					'.',
					'/',
					'(',
					')',
					'\u202f',
					'\u200e',
					'–',
					'٣',
					'８',
					'＋',
					'x',
					' ext. ',
					'#',
					',',
					';',
					'tel:',
					'②',
					'A',
				],
			),
			{ maxLength: 9 },
		);
		let read = 0;
		fc.assert(
			fc.property(fc.constantFrom('', '+', '+49 30', '＋1202555'), pieces, (start, rest) => {
				const typed = start + rest.join('');
				// Without a + the form uses its country, which REST does not have.
				if (phoneTextOf(typed).text?.startsWith('+') === false) return;
				const server = readPhone(typed);
				expect(phones.compose(typed, 'DE').e164).toBe(server.e164);
				if (server.e164 !== undefined) read++;
			}),
			{ numRuns: 2_000 },
		);
		expect(read).toBeGreaterThan(20);
	});
});

describe('a name', () => {
	const INVISIBLE = [
		...[
			'\u200b\u200b',
			'\u00ad',
			'\ufeff',
			'\u200e\u200f',
			'\u202e\u202c',
			'\u2066\u2069',
			'\u00a0',
			'\u3164',
			'\u115f\u1160',
		],
		...[
			'\uffa0',
			'\u2800',
			'\ufe0f',
			'\u{e0061}\u{e007f}',
			'\u0301',
			'\u180e',
			'\u2028',
			'\u2029',
			'\u200d',
			'\u3000\u200b ',
		],
	];

	it('[TX10] without a visible character counts as missing in REST, batch, form and import', async () => {
		const app = await startApp();
		for (const customerName of INVISIBLE) {
			const one = { customerName, phoneNumber: '+12025550150', ...SCHEDULED };
			const shown = JSON.stringify(customerName);
			for (const response of [
				await app.api('POST', '/api/calls', one),
				await app.api('POST', '/api/calls/batch', { calls: [one] }),
			])
				expect([response.status, messageOf(response)], shown).toEqual([400, 'The customer name is missing.']);
			expect(checkName(customerName), shown).toBe('Enter the customer’s name.');
			const row = checkRow([customerName, '+12025550150'], PLAN, phones);
			expect(
				row.errors?.map(({ field }) => field),
				shown,
			).toEqual(['customerName']);
			const run = await app.api('POST', '/api/calls', { ...one, customerName: 'Ada', run: customerName });
			expect([run.status, messageOf(run)], shown).toEqual([400, 'The run is missing.']);
		}
		expect((await app.list()).calls).toEqual([]);
	});

	it('[TX11] is stored without invisible characters, except those that its script needs', async () => {
		const app = await startApp();
		const stored: [typed: string, name: string][] = [
			['\u200b\u00a0Ada\u3000\ufeff', 'Ada'],
			['Ad\u00ada\u200b Berg', 'Ada Berg'],
			['Ada \u202eyrraB\u202c', 'Ada yrraB'],
			['\u2068Ada\u2069', 'Ada'],
			['\u200eعلی\u200cرضا\u200f', 'علی\u200cرضا'],
			['Ana\u00a0Nbsp', 'Ana\u00a0Nbsp'],
			['Anna  Double', 'Anna  Double'],
			['👩\u200d🚀 Ada ❤\ufe0f', '👩\u200d🚀 Ada ❤\ufe0f'],
			[
				'🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
				'🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
			],
			['രാജന്\u200d', 'രാജന്\u200d'],
		];
		for (const [typed, name] of stored)
			expect(await app.create({ ...SCHEDULED, customerName: typed, run: typed }), typed).toMatchObject({
				customerName: name,
				run: name,
			});
	});
});

describe('a search', () => {
	it('[TX20] finds a name in any spelling of its case, accents, blanks and apostrophes', async () => {
		const app = await startApp();
		const searches: [q: string, customerName: string][] = [
			['ΒΑΣ', 'Βασίλης'],
			['istanbul', 'İstanbul Şahin'],
			['ana nbsp', 'Ana\u00a0Nbsp'],
			['anna double', 'Anna  Double'],
			['sorensen', 'Sørensen'],
			['lefevre', 'Lefèvre'],
			["o'brien", 'O’Brien'],
			['strasse', 'Straße'],
			['+44\u202f(0)20 7946', 'Ada'],
		];
		for (const [, customerName] of searches)
			await app.create({
				...SCHEDULED,
				customerName,
				...(customerName === 'Ada' ? { phoneNumber: '+442079460112' } : {}),
			});
		for (const [q, customerName] of searches) {
			const { calls } = await app.list(`?q=${encodeURIComponent(q)}`);
			expect([q, calls.map((call) => call.customerName)]).toEqual([q, [customerName]]);
		}
		expect((await app.list(`?q=${encodeURIComponent('\u200b\u00a0')}`)).calls).toHaveLength(searches.length);
	});

	it('[TX25] finds the calls of an older version by the new folding soon after the start', async () => {
		const url = `file:${join(await temporaryFolder(), 'audena.db')}`;
		const folder = join(await temporaryFolder(), 'migrations');
		const whole = migrationsFrom(import.meta.dirname);
		await cp(whole, folder, { recursive: true });
		await rm(join(folder, '20261130010000_one_folding'), { recursive: true });
		const before = await openTestDatabase(url);
		await migrate(before, folder);
		// Inserts a call that is folded as before the migration and counts as indexed.
		await before.all(
			`INSERT INTO "Call" ("n", "id", "customerName", "phoneNumber", "folded", "workflow", "status", "phase", "createdAt",
				"updatedAt", "endedAt", "outcome", "faults", "seq") VALUES (1, ?, 'Søren Lefèvre', '+12025550150', ?, 'SALES',
				'COMPLETED', 'ENDED', 1, 1, 1, 'completed', 0, 1)`,
			crypto.randomUUID(),
			' søren lefèvre\n12025550150',
		);
		await before.all('UPDATE "Feed" SET "lastSeq" = 1, "lastChange" = 1, "lastAt" = 1, "indexedTo" = 1');
		before.close();
		const app = await startApp({ DATABASE_URL: url });
		const found = async (): Promise<string[]> =>
			(await app.list('?q=soren%20lef')).calls.map(({ customerName }) => customerName);
		await expect.poll(found, { timeout: 10_000 }).toEqual(['Søren Lefèvre']);
	});
});
