/** Parameters that say where the list begins. */
const PLACES = new Set(['page', 'at']);

/**
 * Returns the address of a list with these parameters changed. The parameters `page` and `at` are dropped, unless
 * they are among the changes.
 */
export function addressOf(
	path: string,
	params: URLSearchParams,
	changes: Readonly<Record<string, readonly string[]>>,
): string {
	const next = new URLSearchParams();
	// The query may also hold a form's action (`?/create`), which is no parameter of a list.
	for (const [name, value] of params)
		if (!PLACES.has(name) && !name.startsWith('/') && value !== '' && !(name in changes)) next.append(name, value);
	for (const [name, values] of Object.entries(changes))
		for (const value of values) if (value !== '') next.append(name, value);
	const query = next.toString();
	return query === '' ? path : `${path}?${query}`;
}
