import { isValidPhoneNumber } from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';
import { NewCall } from '#contract';
import { readPhone } from '#server/calls/phone.ts';
import { drawCustomer, numberFrom } from './customers.ts';
import { COUNTRIES } from './people.ts';
import { createRandom } from './random.ts';

describe('the customers of a made-up history', () => {
	it.each(COUNTRIES.map((country): [string, typeof country] => [country.numbers.join(' '), country]))(
		'[SD1] have valid numbers, written as they are stored: %s',
		(_, { code, numbers, ...country }) => {
			const random = createRandom('numbers');
			for (const pattern of numbers)
				for (let i = 0; i < 200; i++) {
					const number = numberFrom({ code, ...country, numbers: [pattern] }, random);
					expect([number, isValidPhoneNumber(number)]).toEqual([number, true]);
					expect(readPhone(number)).toEqual({ e164: number });
				}
		},
	);

	it('[SD1] have valid names in many scripts', () => {
		const random = createRandom('names');
		const scripts = new Set<string>();
		for (let i = 0; i < 5_000; i++) {
			const customer = drawCustomer(i * 3_600_000, random);
			const { customerName } = NewCall.parse({ ...customer, workflow: 'SALES' });
			expect(customerName).toBe(customer.customerName);
			for (const script of ['Latin', 'Greek', 'Cyrillic', 'Hebrew', 'Arabic', 'Han', 'Hangul', 'Thai', 'Devanagari'])
				if (new RegExp(`\\p{Script=${script}}`, 'u').test(customerName)) scripts.add(script);
			for (const sign of ["'", '-', 'ß', 'ü', 'İ']) if (customerName.includes(sign)) scripts.add(sign);
		}
		expect(scripts.size).toBe(14);
	});
});
