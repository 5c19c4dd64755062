import { describe, expect, it } from 'vitest';
import * as phones from '#lib/phone/phone.ts';
import { decode } from './file.ts';
import { Sheet } from './sheet.svelte.ts';

/** Opens a sheet from text, or from bytes that are decoded like a file. */
async function sheetOf(text: string | Uint8Array, country = 'DE'): Promise<Sheet> {
	const sheet = new Sheet({ country, phones: () => Promise.resolve(phones) });
	await sheet.paste(typeof text === 'string' ? text : (await decode(text)).text);
	return sheet;
}

/** Returns the missing columns, then each row's line with its call or its wrong fields. */
const outcome = ({ found, missing }: Sheet): string[] => [
	...missing.map((field) => `${field}?`),
	...[
		...(found?.ready ?? []).map(({ line, call }) => ({ line, words: `${call.customerName} ${call.phoneNumber}` })),
		...(found?.bad ?? []).map(({ line, errors }) => ({ line, words: errors.map(({ field }) => field).join() })),
	]
		.toSorted((a, b) => a.line - b.line)
		.map(({ line, words }) => `${line}: ${words}`),
];
const read = async (text: string | Uint8Array, country = 'DE'): Promise<string[]> =>
	outcome(await sheetOf(text, country));

const utf16 = (text: string, littleEndian: boolean): Uint8Array => {
	const bytes = new Uint8Array(2 * text.length);
	const view = new DataView(bytes.buffer);
	for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), littleEndian);
	return bytes;
};

describe('a first line that declares the delimiter', () => {
	const rows = (mark: string): string =>
		['Name', 'Phone', 'Scheduled at', 'Run'].join(mark) +
		`\n${['Ada', '+12025550150', '2099-01-01T00:00:00Z', 'sep1'].join(mark)}\n`;
	const right = { line: 3, call: { customerName: 'Ada', phoneNumber: '+12025550150', workflow: 'SUPPORT' as const } };

	it.each([
		['sep=;', ';'],
		['SEP=;', ';'],
		['"sep=;"', ';'],
		["'sep=;'", ';'],
		['sep=";"', ';'],
		['sep=;;;', ';'],
		['\uFEFFsep=;', ';'],
		['sep=,', ','],
		['sep=,,,,', ','],
		['sep=|', '|'],
		['sep=\t', '\t'],
		['"sep=\t"', '\t'],
		['sep=\\t', '\t'],
		['sep=^', '^'],
		['sep=', ';'],
	])('[I30] %j is not a row', async (line, mark) => {
		const text = rows(mark);
		for (const end of ['\n', '\r\n', '\r']) {
			const sheet = await sheetOf(`${line}\n${text}`.replaceAll('\n', end));
			expect(sheet.table?.delimiter).toBe(mark);
			expect(sheet.heads).toEqual(['Name', 'Phone', 'Scheduled at', 'Run']);
			const call = { ...right.call, scheduledAt: '2099-01-01T00:00:00.000Z', run: 'sep1' };
			expect(sheet.found).toEqual({ ready: [{ line: 3, call }], bad: [] });
		}
	});

	it.each([true, false])('[I30] works in UTF-16 (little endian: %s)', async (littleEndian) =>
		expect(await read(utf16(`\uFEFFsep=\t\r\n${rows('\t')}`, littleEndian))).toEqual(['3: Ada +12025550150']),
	);

	it('[I30] works after empty lines, and another delimiter can be chosen', async () => {
		expect(await read(`\n\nsep=;\n${rows(';')}`)).toEqual(['5: Ada +12025550150']);
		const sheet = await sheetOf(`sep=,\n${rows(';')}`);
		expect(sheet.table?.delimiter).toBe(',');
		await sheet.setDelimiter(';');
		expect(outcome(sheet)).toEqual(['3: Ada +12025550150']);
	});

	it('[I30] is not confused with a name that begins alike', async () =>
		expect(await read('sepp=;Phone\nAda;+12025550150\n')).toEqual(['2: Ada +12025550150']));
});

describe('a quoted cell with blanks around it is read', () => {
	it.each([
		['Phone, Name\n+12025550150, "Quoted, Ada"\n', ['2: Quoted, Ada +12025550150']],
		[
			'"Index", "Name", "Phone"\n1, "Smith, John", "+12025550100"\n2, "Roe, Jane", "+12025550101"\n',
			['2: Smith, John +12025550100', '3: Roe, Jane +12025550101'],
		],
		['Name,Phone\n \t "Smith, John" \t ,\t"+12025550100"  \n', ['2: Smith, John +12025550100']],
		['Name,Phone\n\u00A0"Smith, John"\u00A0,+12025550100', ['2: Smith, John +12025550100']],
		['Name;Phone\r\n "Smith; John" ; "+12025550100"\r\n', ['2: Smith; John +12025550100']],
		['Name\tPhone\n "Smith\tJohn"\t "+12025550100"\n', ['2: customerName']],
		['Name, Phone\n "Ada ""The"" Countess, Lovelace", +12025550100', ['2: Ada "The" Countess, Lovelace +12025550100']],
		[
			'Note, Name, Phone\n "a\nb", "Roe, Jane", "+12025550100"\n, Bo, +12025550101',
			[...['2: Roe, Jane +12025550100', '4: Bo +12025550101']],
		],
		// Text that contains quotes, but is not quoted.
		['Name, Phone\n Ada "The" Countess, +12025550100\n', ['2: Ada "The" Countess +12025550100']],
		[
			'Name, Phone\n "Big" Ben, +12025550100\n Ada "x", +12025550101\n',
			[...['2: "Big" Ben +12025550100', '3: Ada "x" +12025550101']],
		],
		['Note, Name, Phone\n "", Ada, +12025550100\n', ['2: Ada +12025550100']],
	])('[I31] %j', async (text, rows) => expect(await read(text)).toEqual(rows));

	it.each([
		['Name, Phone\n "Smith, +12025550100\n Bo, +12025550101\n', 'Near line'],
		['Name, Phone\n "Smith, +12025550100\n "Bo", +12025550101\n', 'Near line'],
	])('[I4] and reported if it is not closed: %j', async (text, error) =>
		expect((await sheetOf(text)).error).toContain(error),
	);
});

describe('the column with the phone numbers', () => {
	it.each([
		// Bare digits that identify a customer, beside numbers to call.
		['Customer ID,Name,Contact Number\n2025550177,Ada,+442079460112\n', ['2: Ada +442079460112']],
		['Account No,Name,Mobile No\n3023125017,Ada,+49 151 23456789\n', ['2: Ada +4915123456789']],
		['1001234567,Ada,+12025550100\n1001234568,Bo,+12025550101\n', ['1: Ada +12025550100', '2: Bo +12025550101']],
		// Heads in other words and languages.
		['Customer ID,Name,Tel.\n2025550177,Ada,0301234567\n', ['2: Ada +49301234567']],
		['Kundennummer;Name;Handy\n2025550177;Ada;0301234567\n', ['2: Ada +49301234567']],
		['Kundennummer;Name;Handynummer privat\n2025550177;Ada;0301234567\n', ['2: Ada +49301234567']],
		['Nº client;Nom;Téléphone\n2025550177;Ada;0301234567\n', ['2: Ada +49301234567']],
		['Nº client;Nom;Te\u0301le\u0301phone portable\n2025550177;Ada;0301234567\n', ['2: Ada +49301234567']],
		['Id;Nombre;Teléfono móvil\n2025550177;Ada;0301234567\n', ['2: Ada +49301234567']],
		['id,phone_type,name,phone_number\n2025550177,mobile,Ada,0301234567\n', ['2: Ada +49301234567']],
		['Phone Type,Phone ID,Name,Phone\nmobile,2025550177,Ada,0301234567\n', ['2: Ada +49301234567']],
		['Fax,Name,Phone 1 - Label,Phone 1 - Value\n030999999,Ada,Mobile,0301234567\n', ['2: Ada +49301234567']],
		['Telefax;Name;Telefon\n030999999;Ada;0301234567\n', ['2: Ada +49301234567']],
		['Order,Name,Number\n2025550177,Ada,0301234567\n', ['2: Ada +49301234567']],
		['Phone,Name,Mobile\nyes,Ada,0301234567\n', ['2: Ada +49301234567']],
		['Name,Contact\nAda,+12025550100\n', ['2: Ada +12025550100']],
		['Customer,Name,Phone\n2025550177,Ada,0301234567\n', ['2: Ada +49301234567']],
		// Heads with invisible characters.
		['\uFEFF\u200BName\u00A0,\u200BPhone\u200E\nAda,0301234567\n', ['2: Ada +49301234567']],
		// Decided by the content of the cells.
		['Ref,Wer,Wohin\n2025550177,Ada,+49301234567\n', ['2: Ada +49301234567']],
		['Ref,Wer,Wohin\n2025550177,Ada,(030) 1234567\n', ['2: Ada +49301234567']],
		['30.11.2026,2025550177,Ada,030 1234567\n', ['1: Ada +49301234567']],
		['2025550177,12.50,Ada,0301234567\n', ['1: Ada +49301234567']],
		// Digits that identify a customer or an order, under a head like a phone's, beside numbers to call.
		['Contact No,Name,Phone\n2025550177,Ada,+442079460112\n', ['2: Ada +442079460112']],
		['Kontaktnummer;Name;Telefon\n2025550177;Ada;+442079460112\n', ['2: Ada +442079460112']],
		['Phone Record,Name,Phone\n2025550177,Ada,+442079460112\n', ['2: Ada +442079460112']],
		['Contact Number,Name,Ph\n2025550177,Ada,+442079460112\n', ['2: Ada +442079460112']],
		['Mobile Plan Number,Name,Tel\n3023125017,Ada,+442079460112\n', ['2: Ada +442079460112']],
		['Mobile Order,Name,Contact\n3023125017,Ada,+442079460112\n', ['2: Ada +442079460112']],
		['Phone,Name,Wohin\n3023125017.0,Ada,+442079460112\n', ['2: Ada +442079460112']],
		['Kontaktnummer;Name;Telefon\n2025550177;Ada;0301234567\n', ['2: Ada +49301234567']],
		['Mobile Plan Number,Name,Tel\n3023125017,Ada,(030) 1234567\n', ['2: Ada +49301234567']],
		['Mobile Order,Name,Contact\n3023125017,Ada,030 1234567\n', ['2: Ada +49301234567']],
		['Emergency phone,Name,Phone\n+12025550111,Ada,+12025550150\n', ['2: Ada +12025550150']],
		['Sales rep phone,Name,Phone\n+12025550111,Ada,+12025550150\n', ['2: Ada +12025550150']],
		['Phone Account Number,Name,Phone\n3023125011,Ada,3023125017\n', ['2: Ada +493023125017']],
		['Mobile Order No,Name,Mobile\n3023125011,Ada,3023125017\n', ['2: Ada +493023125017']],
		['Emergency phone,Name\n+12025550111,Ada\n', ['2: Ada +12025550111']],
		// Bare digits are used if no other column is formatted like phone numbers.
		['Kontaktnummer;Name\n3023125017;Ada\n', ['2: Ada +493023125017']],
		['Phone,Name,Budget,Fax\n3023125017,Ada,1 000 000,+493023125018\n', ['2: Ada +493023125017']],
		['Phone,Name,Tax no.,Date\n3023125017,Ada,012/345/678,01.02.2026\n', ['2: Ada +493023125017']],
		['Phone,Name,Mobile\n3023125017,Ada,\n', ['2: Ada +493023125017']],
		['Phone,Name,Mobile\n3023125017,Ada,1701234567\n', ['2: Ada +491701234567']],
		// Unclear, so the page asks for the column.
		['Mobile Order,Name,To whom,From whom\n2025550177,Ada,+12025550177,+12025550178\n', ['phoneNumber?']],
		['Customer ID,Name\n2025550177,Ada\n', ['phoneNumber?']],
		['Kundennummer;Name\n2025550177;Ada\n', ['phoneNumber?']],
		['2025550177,Ada\n', ['phoneNumber?']],
		['Ref,Ref 2,Name\n2025550177,2025550178,Ada\n', ['phoneNumber?']],
		['Alpha,Name,Beta\n+12025550177,Ada,+12025550178\n', ['phoneNumber?']],
		['Name,Fax\nAda,030999999\n', ['phoneNumber?']],
		['Name,Fax\nAda,+4930999999\n', ['phoneNumber?']],
		['Customer ID,Name\n0012345678,Ada\n', ['phoneNumber?']],
		['Kundennummer;Name\n0123456789;Ada\n', ['phoneNumber?']],
		['Order no.,Name\n12-345-678,Ada\n', ['phoneNumber?']],
		['IBAN,Name\n12 3456 7890,Ada\n', ['phoneNumber?']],
		['0012345678,Ada\n', ['phoneNumber?']],
		['2026-11-30,192.168.0.1,Ada\n', ['phoneNumber?']],
	])('[I32] %j', async (text, rows) => expect(await read(text)).toEqual(rows));

	it('[I32] a data row with a word that is also a head stays a row in a file without a header', async () =>
		expect(await read('Ada,mobile,+12025550100\nBo,mobile,+12025550101\n')).toHaveLength(2));

	it('[I32] a column of another tool is not used as the workflow', async () => {
		expect(await read('Name,Type,Phone\nAda,Lead,0301234567\n')).toEqual(['2: Ada +49301234567']);
		expect((await sheetOf('Name,Type,Phone\nAda,sales,0301234567\n')).columns.workflow).toBe(1);
		expect(await read('Name,Workflow,Phone\nAda,Lead,0301234567\n')).toEqual(['2: workflow']);
	});

	it('[I32] duplicate heads get their column letter, empty columns are ignored, extra columns are named', async () => {
		const sheet = await sheetOf('Name,Note,Note,,,\nAda,a,b,,,\nBo,a,b,c,+12025550100,\n');
		expect(sheet.heads).toEqual(['Name', 'Note (column B)', 'Note (column C)', 'Column D', 'Column E']);
		expect(sheet.unused).toEqual(['Note (column B)', 'Note (column C)', 'Column D']);
	});
});

describe('an address book', () => {
	const GOOGLE =
		'First Name,Middle Name,Last Name,Phonetic First Name,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value\n' +
		'Ada,,Lovelace,,* myContacts,*,ada@example.com,Mobile,+1 202-555-0100 ::: +1 202-555-0109,,\n' +
		'Bo,,Diddley,,* myContacts,,,Mobile,+1 202-555-0101,Work,+12025550111\n' +
		'Cy,X,,,* myContacts,,,,,Work,+12025550112\n';
	const OUTLOOK =
		'First Name,Middle Name,Last Name,Title,Company,Business Phone,Home Phone,Mobile Phone,E-mail Address\n' +
		'Ada,,Lovelace,,Engines Ltd,,,+12025550100,ada@example.com\n' +
		'Bo,,Diddley,,Beats,+12025550120,,+12025550101,\n' +
		'Cy,,,,Beats,+12025550121,,n/a,\n';

	it.each([
		[GOOGLE, ['2: Ada Lovelace +12025550100', '3: Bo Diddley +12025550101', '4: Cy X +12025550112']],
		[OUTLOOK, ['2: Ada Lovelace +12025550100', '3: Bo Diddley +12025550101', '4: Cy +12025550121']],
		// An older format of Google Contacts.
		[
			'Name,Given Name,Additional Name,Family Name,Group Membership,Phone 1 - Type,Phone 1 - Value\nAda King Lovelace,Ada,King,Lovelace,* My,Mobile,+12025550100\n',
			['2: Ada King Lovelace +12025550100'],
		],
		[
			'Vorname;Nachname;Telefon geschäftlich;Mobiltelefon\nAda;Lovelace;030999999;0301234567\n',
			['2: Ada Lovelace +49301234567'],
		],
		['Vorname;Name;Telefon\nAda;Lovelace;0301234567\n', ['2: Ada Lovelace +49301234567']],
		['Name;Vorname;Telefon\nLovelace;Ada;0301234567\n', ['2: Ada Lovelace +49301234567']],
		['Prénom;Nom;Tél. mobile\nAda;Lovelace;0301234567\n', ['2: Ada Lovelace +49301234567']],
		['Nombre,Apellidos,Teléfono\nAda,Lovelace,0301234567\n', ['2: Ada Lovelace +49301234567']],
		['Nome,Cognome,Cellulare\nAda,Lovelace,0301234567\n', ['2: Ada Lovelace +49301234567']],
		// Names in other languages. Where the family name comes first, it stays first.
		['Имя;Фамилия;Телефон\nАда;Лавлейс;0301234567\n', ['2: Ада Лавлейс +49301234567']],
		['Фамилия;Имя;Отчество;Телефон\nЛавлейс;Ада;Ивановна;0301234567\n', ['2: Ада Ивановна Лавлейс +49301234567']],
		['Город;ФИО;Телефон\nКиев;Ада Лавлейс;0301234567\n', ['2: Ада Лавлейс +49301234567']],
		['Ім’я;Прізвище;Телефон\nАда;Лавлейс;0301234567\n', ['2: Ада Лавлейс +49301234567']],
		['Jméno;Příjmení;Telefon\nAda;Lovelace;0301234567\n', ['2: Ada Lovelace +49301234567']],
		['Příjmení;Jméno;Mobil\nLovelace;Ada;0301234567\n', ['2: Ada Lovelace +49301234567']],
		['Meno;Priezvisko;Telefón\nAda;Lovelace;0301234567\n', ['2: Ada Lovelace +49301234567']],
		['Imię;Nazwisko;Telefon komórkowy\nAda;Lovelace;0301234567\n', ['2: Ada Lovelace +49301234567']],
		['Ad;Soyad;Telefon\nAda;Lovelace;0301234567\n', ['2: Ada Lovelace +49301234567']],
		['Şehir;ADI;SOYADI;Cep Telefonu\nIzmir;Ada;Lovelace;0301234567\n', ['2: Ada Lovelace +49301234567']],
		['Şehir;Ad Soyad;Telefon\nIzmir;Ada Lovelace;0301234567\n', ['2: Ada Lovelace +49301234567']],
		['Ad,Name,Phone\nSpring,Ada,0301234567\n', ['2: Ada +49301234567']],
		['Nume;Prenume;Telefon\nLovelace;Ada;0301234567\n', ['2: Ada Lovelace +49301234567']],
		['Ime;Prezime;Mobitel\nAda;Lovelace;0301234567\n', ['2: Ada Lovelace +49301234567']],
		['Όνομα;Επώνυμο;Τηλέφωνο\nΆντα;Λάβλεϊς;0301234567\n', ['2: Άντα Λάβλεϊς +49301234567']],
		['Πόλη;Ονοματεπώνυμο;Κινητό τηλέφωνο\nΑθήνα;Άντα Λάβλεϊς;0301234567\n', ['2: Άντα Λάβλεϊς +49301234567']],
		['Vezetéknév;Keresztnév;Telefon\nLovelace;Ada;0301234567\n', ['2: Lovelace Ada +49301234567']],
		['姓,名,電話番号\n山田,太郎,0301234567\n', ['2: 山田 太郎 +49301234567']],
		['名,姓,电话\n小明,王,0301234567\n', ['2: 王 小明 +49301234567']],
		['会社,氏名,携帯電話\nABC,山田太郎,0301234567\n', ['2: 山田太郎 +49301234567']],
		['公司,姓名,手机号码\nABC,王小明,0301234567\n', ['2: 王小明 +49301234567']],
		['회사,이름,전화번호\nABC,김민수,0301234567\n', ['2: 김민수 +49301234567']],
		['이름,성,휴대폰\n민수,김,0301234567\n', ['2: 김 민수 +49301234567']],
		['Last Name,Phone\nLovelace,0301234567\n', ['2: Lovelace +49301234567']],
		['First Name,Phone\nAda,0301234567\n', ['2: Ada +49301234567']],
		[
			'First Name,Last Name,Phone\n,Lovelace,0301234567\n,,0301234568\n',
			[...['2: Lovelace +49301234567', '3: customerName']],
		],
		// Header rows as exported by Salesforce, HubSpot, Mailchimp, Samsung and a web shop.
		[
			'First Name,Last Name,Account Name,Phone,Mobile,Fax,Assistant Phone\nAda,Lovelace,Engines Ltd,030999999,0301234567,030888888,030777777\n',
			['2: Ada Lovelace +49301234567'],
		],
		[
			'Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status\n2025550177,Ada,Lovelace,a@x.de,0301234567,Bo,Open\n',
			['2: Ada Lovelace +49301234567'],
		],
		[
			'Email Address,First Name,Last Name,Address,Phone Number,MEMBER_RATING\na@x.de,Ada,Lovelace,Street,0301234567,2\n',
			['2: Ada Lovelace +49301234567'],
		],
		['Billing First Name,Billing Last Name,Billing Phone\nAda,Lovelace,0301234567\n', ['2: Ada Lovelace +49301234567']],
		['Name,First Name,Last Name,Phone\nEngines Ltd,Ada,Lovelace,0301234567\n', ['2: Ada Lovelace +49301234567']],
		[
			'Company,First Name,Last Name,Home Phone,Business Phone,Other Phone\nE,Ada,Lovelace,0301,0302222222,0303\n',
			['2: Ada Lovelace +49302222222'],
		],
	])('[I33] %j', async (text, rows) => expect(await read(text)).toEqual(rows));

	it('[I33] columns that are read together can be chosen alone', async () => {
		const sheet = await sheetOf(OUTLOOK);
		expect(sheet.columns).toMatchObject({ customerName: [0, 2], phoneNumber: [7, 5] });
		expect([sheet.example('customerName'), sheet.example('phoneNumber')]).toEqual(['Ada Lovelace', '+12025550100']);
		await sheet.choose('phoneNumber', 5);
		expect(outcome(sheet)).toEqual([...['2: phoneNumber', '3: Bo Diddley +12025550120', '4: Cy +12025550121']]);
		expect(sheet.unused).toEqual(['Company', 'Mobile Phone', 'E-mail Address']);
		await sheet.choose('phoneNumber', [7, 5]);
		expect(outcome(sheet)).toHaveLength(3);
	});

	it.each([
		['+12025550100 ::: +12025550109', '+12025550100'],
		['::: +12025550109', '+12025550109'],
		['+12025550100:::', '+12025550100'],
		['+12025550100; +12025550109', null],
		['+12025550100, +12025550109', null],
		['+12025550100 / +12025550109', null],
		['+12025550100 or +12025550109', null],
	])('[I33] the number in %j is %j', async (cell, number) =>
		expect(await read(`Name,Phone\nAda,"${cell}"\n`)).toEqual([number ? `2: Ada ${number}` : '2: phoneNumber']),
	);
});

describe('lines above the header', () => {
	const CONTACTS = 'Name,Phone,City\nAda,+12025550100,Washington\nBo,+12025550101,Washington\n';
	it.each([
		['Contacts report,,\nGenerated 30/11/2026,,\n,,\n', 4],
		['Contacts report\nGenerated 30/11/2026\n\n', 4],
		['Report,Region,Owner\nQ3,North,Kim\n', 3],
		['Hotline,+49 30 1234567,\n\n', 3],
		['Name of the report,Contacts,\n', 2],
		['Created,30/11/2026,12:00\n', 2],
		['Phone list,,\n', 2],
		[Array.from({ length: 25 }, (_, i) => `Remark ${i},,\n`).join(''), 26],
	])('[I34] %j: the header is on line %d', async (above, line) => {
		const sheet = await sheetOf(above + CONTACTS);
		expect(sheet.table?.rows[sheet.header ?? -1]?.line).toBe(line);
		expect(outcome(sheet)).toEqual([`${line + 1}: Ada +12025550100`, `${line + 2}: Bo +12025550101`]);
	});

	it.each(['', ' ; \n'])(
		'[I34] header and delimiter are searched in the same number of rows, without empty ones: %j',
		async (empty) => {
			const above = Array.from({ length: 22 }, (_, i) => `Remark ${i}, of today\n${empty}`).join('');
			const sheet = await sheetOf(`${above}Name;Phone;City\nAda;+12025550100;Bonn\n`);
			expect(sheet.table?.delimiter).toBe(';');
			expect(outcome(sheet)).toEqual([`${empty === '' ? 24 : 46}: Ada +12025550100`]);
		},
	);

	it.each([
		[
			'Full name;Erreichbar;Anliegen\nAda;+12025550100;x\nKunde;;Campaign\nBo;+12025550101;y\n',
			['2: Ada +12025550100', '3: phoneNumber', '4: Bo +12025550101'],
		],
		[
			'Ada;+12025550100;x\nKunde;;Campaign\nBo;+12025550101;y\n',
			['1: Ada +12025550100', '2: phoneNumber', '3: Bo +12025550101'],
		],
		[
			'Full name;Erreichbar;Anliegen\nAda;+12025550100;x\nName;Telefon;Campaign\nBo;+12025550101;y\n',
			['2: Ada +12025550100', '3: phoneNumber', '4: Bo +12025550101'],
		],
		['Report;of today;\nHotline;+12025550100;\nName;Telefon;Campaign\nBo;+12025550101;y\n', ['4: Bo +12025550101']],
	])('[I34] a row with a number to call is not dropped for a later header: %j', async (text, rows) =>
		expect(await read(text)).toEqual(rows),
	);

	it('[I34] semicolons are detected below lines without any, and a line after the table is reported', async () =>
		expect(await read('Report, of today\n\nName;Phone;City\nAda;+12025550100;Bonn\n\nTotal;1;\n')).toEqual([
			...['4: Ada +12025550100', '6: phoneNumber'],
		]));

	it('[I34] a remark that happens to name columns is no header if the header follows it directly', async () =>
		expect(await read(`Contacts with phone, name\nName,Phone\nAda,+12025550100\n`)).toEqual(['3: Ada +12025550100']));

	it('[I34] a first row that names the columns stays the header, and another one can be chosen', async () => {
		const sheet = await sheetOf(`Name,Phone\nAda,+12025550100\n${CONTACTS}`);
		expect(sheet.header).toBe(0);
		expect(outcome(sheet)).toEqual([
			...['2: Ada +12025550100', '3: phoneNumber', '4: Ada +12025550100', '5: Bo +12025550101'],
		]);
		await sheet.setHeader(2);
		expect(outcome(sheet)).toEqual(['4: Ada +12025550100', '5: Bo +12025550101']);
		await sheet.setHeader(null);
		expect(sheet.heads).toEqual(['Column A', 'Column B', 'Column C']);
	});
});
