/** A number that a flag was given; throws, with a sentence, for one that cannot be used. */
export function numberOf(flag: string, value: string, most: number, whole = true): number {
	const given = Number(value);
	if (!(given > 0 && given <= most && (!whole || Number.isInteger(given))))
		throw new RangeError(`${flag} takes ${whole ? 'whole ' : ''}numbers up to ${most}, not ${value}.`);
	return given;
}

/** The same, of several with commas between them. */
export const numbersOf = (flag: string, values: string, most: number): number[] =>
	values.split(',').map((value) => numberOf(flag, value, most));

/** The parts that `--only` names, of those that there are. */
export function partsOf<Part extends string>(parts: readonly Part[], names: string): Part[] {
	return names.split(',').map((name) => {
		const found = parts.find((known) => known === name);
		if (!found) throw new RangeError(`--only takes ${parts.join(', ')}, not ${name}.`);
		return found;
	});
}
