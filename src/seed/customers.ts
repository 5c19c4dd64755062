import { COUNTRIES, type Country } from './people.ts';
import type { Random } from './random.ts';

export interface Customer {
	customerName: string;
	phoneNumber: string;
}

/** The relative call volume at a local hour: people are called while they are awake. */
const awake = (hour: number): number => (hour >= 9 && hour < 19 ? 1 : hour >= 7 && hour < 22 ? 0.35 : 0.02);
const localHour = ({ ahead }: Country, hour: number): number => (hour + Math.round(ahead) + 24) % 24;

/** The cumulative shares of the countries for each UTC hour. */
const BY_HOUR = Array.from({ length: 24 }, (_, hour) => {
	let sum = 0;
	return COUNTRIES.map((country) => (sum += country.share * awake(localHour(country, hour))));
});

/** Draws a customer who may be called at this time. */
export function drawCustomer(at: number, random: Random): Customer {
	const sums = BY_HOUR[Math.floor(at / 3_600_000) % 24]!;
	const draw = random.next() * sums.at(-1)!;
	const country = COUNTRIES[sums.findIndex((sum) => draw < sum)]!;
	return { customerName: nameFrom(country, random), phoneNumber: numberFrom(country, random) };
}

function nameFrom({ given, family, familyFirst, joint = ' ' }: Country, random: Random): string {
	const [first, last] = [random.pick(given), random.pick(family)];
	return familyFirst ? `${last}${joint}${first}` : `${first}${joint}${last}`;
}

/** Draws a number of the country, in E.164. */
export function numberFrom({ numbers }: Country, random: Random): string {
	const pattern = random.pick(numbers);
	const digits = pattern.indexOf('#');
	const open = pattern.length - digits;
	return pattern.slice(0, digits) + String(random.below(10 ** open)).padStart(open, '0');
}
