import { parseArgs } from 'node:util';

/** The maximum number of calls, which fill a file of about 20 GB. A larger number is most likely a typing error. */
const MOST = 10_000_000;

export interface SeedFlags {
	calls: number;
	seed: string | undefined;
}

/** The flags are not valid. The message is the line to print. */
export class BadFlags extends Error {
	override readonly name = 'BadFlags';
}

/** Reads `--calls N` and `--seed S`. Throws `BadFlags`. */
export function readFlags(args: readonly string[]): SeedFlags {
	const { calls, seed } = flagsOf(args);
	if (calls === undefined) throw new BadFlags('--calls is missing. Give the number of calls, such as --calls 100000.');
	if (!/^\d{1,8}$/.test(calls) || Number(calls) < 1 || Number(calls) > MOST)
		throw new BadFlags(`--calls: "${calls}" cannot be used. Allowed: a whole number from 1 to ${MOST}.`);
	return { calls: Number(calls), seed };
}

function flagsOf(args: readonly string[]): { calls?: string | undefined; seed?: string | undefined } {
	try {
		return parseArgs({ args: [...args], options: { calls: { type: 'string' }, seed: { type: 'string' } } }).values;
	} catch (error) {
		const why = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
		throw new BadFlags(`${why?.replace(/\.?$/, '.')} Allowed: --calls N and --seed S.`);
	}
}
