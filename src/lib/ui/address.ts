/** Where a list begins. */
const PLACES = new Set(['page', 'at']);

/** The address of a list with these parameters changed; always its beginning, unless `page` or `at` is among them. */
export function addressOf(
	path: string,
	params: URLSearchParams,
	changes: Readonly<Record<string, readonly string[]>>,
): string {
	const next = new URLSearchParams();
	// A form's action stands in the query too (`?/create`); no list knows of it.
	for (const [name, value] of params)
		if (!PLACES.has(name) && !name.startsWith('/') && value !== '' && !(name in changes)) next.append(name, value);
	for (const [name, values] of Object.entries(changes))
		for (const value of values) if (value !== '') next.append(name, value);
	const query = next.toString();
	return query === '' ? path : `${path}?${query}`;
}
