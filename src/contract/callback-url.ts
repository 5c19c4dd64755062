import { z } from 'zod';

/** The longest callback address, in characters. */
const ADDRESS_MAX = 2_000;

/** Scheme and authority of an address as it was written: a URL parser hides what is odd about them. */
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

/** Why a text is no address that a webhook can be sent to, or null. Where webhooks may go is the provider's to decide. */
function malformation(address: string): string | null {
	if (address.length > ADDRESS_MAX) return `The address is too long: at most ${ADDRESS_MAX} characters.`;
	if (/[\s\p{Cc}]/u.test(address) || !address.isWellFormed())
		return 'The address holds white space or a control character. Take it out, or write it as %20 and the like.';
	const written = authorityOf(address);
	if (!written) return 'Give a whole address that begins with http:// or https://.';
	const { scheme, host } = written;
	if (scheme !== 'http' && scheme !== 'https') return `Webhooks are sent by http or https, not by ${scheme}.`;
	if (/^[^?#]*\\/.test(address)) return 'The address holds a backslash. Write / instead.';
	if (host === '' || host.startsWith(':')) return 'The address has no host.';
	const port = /:([^:\]]+)$/.exec(host)?.[1];
	if (port !== undefined && !(Number(port) <= 65_535)) return `${port} is no port: ports are numbers from 1 to 65535.`;
	if (!URL.canParse(address)) return `${host} is not a valid host.`;
	if (address.includes('#')) return 'A fragment is never sent. Leave out # and what follows it.';
	return null;
}

/** An http or https address, refused with the reason that is true of it. */
export const CallbackUrl = z.string({ error: 'The callback address must be text.' }).superRefine((address, context) => {
	const message = malformation(address);
	if (message !== null) context.addIssue({ code: 'custom', message });
});
