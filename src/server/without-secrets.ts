/**
 * A printable form of a variable's value. An address may contain a password or a token, so only its host and path are
 * shown. A file's address is shown whole. Returns null if these cannot be separated from a secret.
 */
export function withoutSecrets(value: string): string | null {
	if (value.startsWith('file:') || !/[@?#]/.test(value)) return value;
	if (!/^[a-z][a-z\d+.-]*:\/\//i.test(value) || !URL.canParse(value)) return null;
	const { protocol, host, pathname } = new URL(value);
	return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}
