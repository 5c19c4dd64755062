import type { Field } from './columns.ts';

/**
 * Returns a head (a cell of the header row) in lower case, without accents, spaces, punctuation and invisible
 * characters.
 */
export const plain = (head: string): string =>
	head
		.normalize('NFKD')
		.toLowerCase()
		.replace(/[^\p{L}\p{N}]/gu, '');

/** Returns the words of a head without its numbers: `Phone 1 - Value` has `phone` and `value`. */
const wordsOf = (head: string): string[] =>
	head
		.normalize('NFKD')
		.replace(/\p{M}/gu, '')
		.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
		.toLowerCase()
		.split(/[^\p{L}]+/u)
		.filter((word) => word !== '');

/** Heads that name a field by their whole text. If a file has several heads of a list, the first in the list wins. */
export const EXACT: Readonly<Partial<Record<Field, readonly string[]>>> = {
	workflow: ['workflow', 'calltype', 'type', 'kind', 'category', 'purpose', 'queue'],
	scheduledAt: [
		...['scheduledat', 'scheduledfor', 'scheduled', 'schedule', 'scheduledtime', 'scheduletime', 'scheduleddate'],
		...['when', 'callat', 'calltime', 'dueat', 'due', 'starttime', 'startat'],
	],
	scenario: ['scenario', 'outcomewanted'],
	run: ['run', 'runid', 'runlabel', 'runname', 'label', 'tag', 'campaign'],
};

/** Heads that often have another meaning. Such a column counts only if it is empty or one of its cells is a workflow. */
export const WEAK_WORKFLOW: ReadonlySet<string> = new Set(['type', 'kind', 'category', 'purpose', 'queue']);

const list = (names: string): string[] => names.split(' ').map((name) => plain(name));

/** Heads of a column with the whole name. The first in this list that a file has is used. */
export const WHOLE_NAME = [
	...['customername', 'name', 'fullname', 'displayname', 'contactname', 'clientname', 'personname', 'leadname'],
	...['kundenname', 'nomcomplet', 'nombrecompleto', 'nomecompleto', 'nom', 'nombre', 'nome', 'naam', 'navn', 'namn'],
	...list('ФИО ПІБ полноеимя контактноелицо celéjméno jménoapříjmení menoapriezvisko imięinazwisko imeiprezime'),
	...list('adsoyad adısoyadı adisoyadi isimsoyisim ονοματεπώνυμο név teljesnév numecomplet nume'),
	...list('氏名 お名前 名前 姓名 名字 客户姓名 客戶姓名 顧客名 客户名称 联系人 聯絡人 성명 성함 고객명'),
	...['customer', 'contact', 'client', 'kunde', 'person'],
	...list('клиент контакт zákazník müşteri πελάτης 客户 客戶 顧客 고객'),
];
export const FIRST_NAME = [
	...['firstname', 'givenname', 'forename', 'first', 'given', 'fname', 'vorname', 'rufname', 'prenom', 'voornaam'],
	...['fornavn', 'fornamn', 'primeironome', 'primernombre', 'nombres', 'imie', 'etunimi'],
	...['firstnames', 'givennames', 'forenames', 'namefirst', 'namegiven', 'vornamen', 'prenoms'],
	...list('имя ім’я jméno křestníjméno meno krstnémeno adı isim όνομα keresztnév utónév prenume ime 名 이름'),
];
/**
 * Heads that mean a first name only beside a last name: `Ad;Soyad`. Without a last name, they may be another word
 * or the whole name.
 */
export const FIRST_BESIDE_LAST = ['ad', 'adi'];
export const MIDDLE_NAME = [
	...['middlename', 'additionalname', 'middle', 'weiterevornamen', 'weiterervorname', 'zweitervorname'],
	...['deuxiemeprenom', 'segundonombre', 'secondonome', 'tussenvoegsel', 'mellomnavn', 'mellannamn'],
	...list('отчество побатькові'),
];
export const LAST_NAME = [
	...['lastname', 'familyname', 'surname', 'last', 'family', 'lname', 'nachname', 'familienname', 'zuname'],
	...['nomdefamille', 'apellidos', 'apellido', 'cognome', 'sobrenome', 'achternaam', 'etternavn', 'efternavn'],
	...['efternamn', 'nazwisko', 'sukunimi'],
	...['lastnames', 'familynames', 'surnames', 'namelast', 'namefamily', 'nachnamen', 'cognomi'],
	...list('фамилия прізвище příjmení priezvisko soyad soyadı soyadi soyisim επώνυμο επίθετο numedefamilie prezime'),
	...list('priimek vezetéknév családnév 姓 姓氏 성 성씨'),
];
/** Heads of last names in languages that put the family name first. */
export const FAMILY_FIRST: ReadonlySet<string> = new Set(list('vezetéknév családnév 姓 姓氏 성 성씨'));
/** Heads that mean the last name beside a first name: `Vorname;Name`. */
export const WHOLE_OR_LAST: ReadonlySet<string> = new Set(['name', 'nom', 'nome', 'naam', 'navn', 'namn', 'nume']);
/** Heads that mean the first name beside a last name: `Nombre;Apellidos`. */
export const WHOLE_OR_FIRST: ReadonlySet<string> = new Set([
	...['name', 'nombre', 'nome', 'naam', 'navn', 'namn'],
	...list('名前 名字'),
]);

/** Words for the owner of a name: `Customer First Name` is a first name. */
const OWNER = /^(?:customer|client|contact|person|billing|lead|subscriber|kunden?)(?=.)/;
/** Returns the plain head, with and without the owner's word. */
export const namesOf = (head: string): readonly string[] => {
	const name = plain(head);
	return [name, name.replace(OWNER, '')];
};

const PHONE_PART = new RegExp(
	'phone|telefo|mobil|handy|msisdn|rufnummer|whatsapp|movil|celular|cellular|portable|festnetz|landline|' +
		// Words are compared without accents, and NFKD decomposes Korean syllables.
		'телефон|мобил|мобіл|电话|電話|手机|手機|携帯|전화|휴대폰|핸드폰|τηλεφων'.normalize('NFKD'),
	'u',
);
const PHONE_WORDS = new Set(['tel', 'telno', 'telnr', 'tlf', 'fon', 'cell', 'cel', 'gsm', 'mob', 'ph', 'komorka']);
const PHONE_NAMES = new Set(['contactnumber', 'contactno', 'contactnr', 'contactnum', 'kontaktnummer', 'callnumber']);
const WEAK_PHONE_NAMES = new Set(['number', 'to', 'nummer', 'numero']);

/**
 * A column whose head has such a word holds no numbers to call, though the head may name a phone: `Phone Type`,
 * `Home Fax`.
 */
const OTHER_PART = /^phonetic|fax|typ$|type$|vorwahl|anbieter|modell?$|automobil|^id$|^ids$/u;
const OTHER_WORDS = new Set([
	...['label', 'labels', 'kind', 'ext', 'extension', 'durchwahl', 'pager', 'telex', 'isdn', 'tty', 'tdd', 'radio'],
	...['country', 'code', 'prefix', 'email', 'mail', 'note', 'notes', 'verified', 'status', 'consent', 'opt', 'optin'],
	...['assistant', 'assistent', 'asst', 'carrier', 'provider', 'operator', 'brand', 'date', 'time', 'count', 'zone'],
	...['format', 'system', 'has', 'is', 'valid', 'art', 'callback', 'url', 'website', 'address'],
]);
const MOBILE = /mobil|handy|^cell?|celular|cellular|movil|portable|gsm|whatsapp|smartphone/u;
const BUSINESS = new Set([
	'business',
	'work',
	'office',
	'geschaftlich',
	'firma',
	'buro',
	'bureau',
	'trabajo',
	'lavoro',
]);
const PRIVATE = new Set(['home', 'private', 'privat', 'domicile', 'casa', 'thuis', 'prive']);
/** Words that rank a phone's head last. They mean other people's phones, or digits that are no phone number. */
const LESS = new Set([
	...['other', 'company', 'main', 'car', 'andere', 'weitere', 'autre', 'otro', 'altro', 'alternate'],
	...['emergency', 'notfall', 'agent', 'rep', 'sales', 'ticket', 'sim', 'serial', 'pin', 'contract', 'plan', 'record'],
	...['account', 'order', 'invoice', 'ref', 'reference', 'code', 'kundennr', 'kundennummer'],
]);

/** Returns whether a head says that its column holds neither a name nor a number to call. */
export const isOther = (head: string): boolean =>
	wordsOf(head).some((word) => OTHER_WORDS.has(word) || OTHER_PART.test(word));

/** Returns whether a head means digits that identify or count something: `Customer No`, `Kundennummer`, `Zip`. */
export const isIdentity = (head: string): boolean =>
	wordsOf(head).some((word) => IDENTITY_WORDS.has(word) || /(?:nummer|number|nr|datum)$/.test(word));
const IDENTITY_WORDS = new Set([
	...['id', 'no', 'num', 'n', 'numero', 'code', 'key', 'ref', 'reference', 'sku', 'plz', 'zip', 'postal', 'postcode'],
	...['iban', 'bic', 'konto', 'account', 'order', 'invoice', 'customer', 'amount', 'price', 'total', 'year', 'ip'],
	...['kundennummer', 'dni', 'ssn', 'vat', 'tax', 'ust', 'cp', 'cap', 'matricule', 'geburtstag', 'birthday'],
]);

/**
 * Ranks a head by how likely it means a number to call: 0 mobile or `phoneNumber`, 1 phone, 2 work, 3 home, 4 any
 * other phone. Returns null if it means no phone.
 */
export function phoneRank(head: string): number | null {
	// A cell with a number is no head: `Phone: +49 30 1234567`.
	if (head.length > 40 || head.replace(/\P{Nd}/gu, '').length > 5 || isOther(head)) return null;
	const words = wordsOf(head);
	const isPhone = words.some((word) => PHONE_PART.test(word) || PHONE_WORDS.has(word));
	if (!isPhone && !PHONE_NAMES.has(plain(head))) return null;
	if (plain(head) === 'phonenumber') return 0;
	if (words.some((word) => LESS.has(word))) return 4;
	if (words.some((word) => MOBILE.test(word))) return 0;
	if (words.some((word) => PRIVATE.has(word))) return 3;
	return words.some((word) => BUSINESS.has(word)) ? 2 : 1;
}

/**
 * Returns whether a head may mean a phone, such as `Number`. Its column is used only if no other head surely means
 * a phone.
 */
export const isWeakPhone = (head: string): boolean => WEAK_PHONE_NAMES.has(plain(head));
