/**
 * A value of a variable as it may be printed. An address may hold a password or a token, so only its host and path are
 * shown; null where even these cannot be told apart from a secret. A file's address is shown whole.
 */
export function withoutSecrets(value: string): string | null {
	if (value.startsWith('file:') || !/[@?#]/.test(value)) return value;
	if (!/^[a-z][a-z\d+.-]*:\/\//i.test(value) || !URL.canParse(value)) return null;
	const { protocol, host, pathname } = new URL(value);
	return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}
