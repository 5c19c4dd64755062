import type { Random } from './random.ts';

/** Creates a generator of UUIDv7s (RFC 9562) for given times. Ids ascend as long as the times do not decrease. */
export function createIds(random: Random): (at: number) => string {
	let [last, counter] = [NaN, 0];
	return (at) => {
		counter = at === last ? counter + 1 : random.below(0x800);
		last = at;
		const time = at.toString(16).padStart(12, '0');
		const within = (0x7000 | (counter & 0xfff)).toString(16);
		const [variant, rest] = [(0x8000 | random.below(0x4000)).toString(16), random.hex(3)];
		return `${time.slice(0, 8)}-${time.slice(8)}-${within}-${variant}-${rest}`;
	};
}
