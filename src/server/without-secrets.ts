/**
 * Returns a variable's value in a form that may be printed. Of an address with a user, a query or a fragment, only
 * the protocol, host and path remain. A `file:` address stays whole. Returns null for any other text that may hold
 * a secret.
 */
export function withoutSecrets(value: string): string | null {
	if (value.startsWith('file:') || !/[@?#]/.test(value)) return value;
	if (!/^[a-z][a-z\d+.-]*:\/\//i.test(value) || !URL.canParse(value)) return null;
	const { protocol, host, pathname } = new URL(value);
	return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}
