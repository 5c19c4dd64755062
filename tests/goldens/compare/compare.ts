import type { Case, Recording, Recordings } from '../record/recording.ts';
import { compareLines } from './lines.ts';
import { compareValues, type Differences } from './values.ts';

/** The differences of each file. Equal files are left out. */
export type Comparison = Record<string, Differences>;

export function compare(recorded: Recordings, now: Recordings): Comparison {
	const names = [...new Set([...Object.keys(recorded), ...Object.keys(now)])].sort();
	const compared = names.map((name): [string, Differences] => [name, compareFile(recorded[name], now[name])]);
	return Object.fromEntries(compared.filter(([, { broken, words }]) => broken.length + words.length > 0));
}

function compareFile(before: Recording | undefined, now: Recording | undefined): Differences {
	if (before === undefined) return broken('This file was never recorded.');
	if (now === undefined) return broken('Nothing is recorded in this file any more.');
	if (typeof before === 'string' && typeof now === 'string') return { broken: compareLines(before, now), words: [] };
	if (typeof before === 'string' || typeof now === 'string') return broken('This file is of another kind now.');
	return compareCases(before, now);
}

/** Compares cases by name, so that a new case is one difference and does not shift all later ones. */
function compareCases(before: readonly Case[], now: readonly Case[]): Differences {
	const [known, said] = [before, now].map((cases) => new Map(cases.map((one) => [one.case, one])));
	const found: Differences[] = [...known!].map(([name, one]) => {
		const other = said!.get(name);
		return other ? compareValues(`[${name}]`, one, other) : broken(`[${name}] is missing now.`);
	});
	for (const name of said!.keys()) if (!known!.has(name)) found.push(broken(`[${name}] is new.`));
	const order = (cases: readonly Case[]): string => JSON.stringify(cases.map((one) => one.case));
	if (found.every((one) => one.broken.length === 0) && order(before) !== order(now))
		found.push(broken('The cases come in another order.'));
	return { broken: found.flatMap((one) => one.broken), words: found.flatMap((one) => one.words) };
}

const broken = (line: string): Differences => ({ broken: [line], words: [] });
