import { expect, it } from 'vitest';
import { BadFlags, readFlags } from './options.ts';

it('[SD9] the flags are a number of calls, and a seed', () => {
	expect(readFlags(['--calls', '5'])).toEqual({ calls: 5, seed: undefined });
	expect(readFlags(['--calls=10000000', '--seed', 'x'])).toEqual({ calls: 10_000_000, seed: 'x' });
});

it.each([
	[[], /^--calls is missing/],
	...['0', '-1', '1.5', '1e3', 'many', '10000001'].map((count): [string[], RegExp] => [
		[`--calls=${count}`],
		/^--calls: ".+" cannot be used\. Allowed: a whole number/,
	]),
	[['--call', '5'], /'--call'\. Allowed: --calls N/],
	[['--calls', '5', '6'], /'6'\. .* arguments\. Allowed: --calls N/],
])('[SD9] %j is refused in one line', (args, why) => {
	expect(() => readFlags(args)).toThrow(BadFlags);
	expect(() => readFlags(args)).toThrow(why);
});
