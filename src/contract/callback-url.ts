import { z } from 'zod';

/** In characters. */
const ADDRESS_MAX = 2_000;

/** Returns the scheme and authority as written, because a URL parser normalizes suspicious parts away. */
export function authorityOf(address: string): { scheme: string; credentials: string | null; host: string } | null {
	const [, scheme, authority] = /^([a-z][a-z\d+.-]*):\/\/([^/?#]*)/i.exec(address) ?? [];
	if (scheme === undefined || authority === undefined) return null;
	const at = authority.lastIndexOf('@');
	return {
		scheme: scheme.toLowerCase(),
		credentials: at < 0 ? null : authority.slice(0, at),
		host: authority.slice(at + 1),
	};
}

/**
 * Returns why the address is malformed, or null. The provider decides separately which hosts it may send webhooks to.
 */
function malformation(address: string): string | null {
	if (address.length > ADDRESS_MAX) return `The address is too long: at most ${ADDRESS_MAX} characters.`;
	if (/[\s\p{Cc}]/u.test(address) || !address.isWellFormed())
		return 'The address contains white space or a control character. Remove it or percent-encode it, such as %20 for a space.';
	const written = authorityOf(address);
	if (!written) return 'Give an absolute URL that begins with http:// or https://.';
	const { scheme, host } = written;
	if (scheme !== 'http' && scheme !== 'https') return `Webhooks are sent by http or https, not by ${scheme}.`;
	if (/^[^?#]*\\/.test(address)) return 'The address contains a backslash. Write / instead.';
	if (host === '' || host.startsWith(':')) return 'The address has no host.';
	const port = /:([^:\]]+)$/.exec(host)?.[1];
	if (port !== undefined && !(Number(port) <= 65_535))
		return `${port} is not a port. Ports are numbers from 1 to 65535.`;
	if (!URL.canParse(address)) return `${host} is not a valid host.`;
	if (address.includes('#')) return 'A fragment is never sent. Leave out # and what follows it.';
	return null;
}

/** An absolute http or https address. The issue message names the exact fault. */
export const CallbackUrl = z.string({ error: 'The callback address must be text.' }).superRefine((address, context) => {
	const message = malformation(address);
	if (message !== null) context.addIssue({ code: 'custom', message });
});
