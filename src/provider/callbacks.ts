import { ProblemError } from '#contract';
import { isBlockedPort } from '#contract/blocked-ports.ts';
import { authorityOf } from '#contract/callback-url.ts';

/** Hosts that webhooks may use without an entry in CALLBACK_HOSTS. */
const OWN_MACHINE: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** A host as a URL parser writes it, without the trailing root dot. `port` is null if every port is allowed. */
interface Place {
	host: string;
	port: number | null;
}

/**
 * Throws `callback_not_allowed`, with every reason, unless webhooks may use this URL. Allowed are this machine and
 * the hosts of `allowed` (`host` or `host:port`). A URL with credentials, or with a port that HTTP clients refuse,
 * is never allowed.
 */
export function checkCallback(callbackUrl: string, allowed: readonly string[]): void {
	const reasons = reasonsAgainst(callbackUrl, allowed);
	if (reasons.length === 0) return;
	throw new ProblemError('callback_not_allowed', reasons.join(' '), {
		errors: reasons.map((message) => ({ path: 'callbackUrl', message })),
	});
}

function reasonsAgainst(callbackUrl: string, allowed: readonly string[]): string[] {
	const url = new URL(callbackUrl);
	const host = withoutDot(url.hostname);
	const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
	const reasons: string[] = [];
	if (authorityOf(callbackUrl)?.credentials != null)
		reasons.push('Leave out the name and password before @. Webhooks are signed and carry no other credentials.');
	if (isBlockedPort(port))
		reasons.push(
			`HTTP clients refuse to connect to port ${port}, which belongs to another protocol. Use another port.`,
		);
	const named = [...OWN_MACHINE, ...allowed].map(placeOf).filter((place) => place.host === host);
	if (named.some((place) => place.port === null || place.port === port)) return reasons;
	const ports = named.map((place) => place.port).join(', ');
	reasons.push(
		named.length === 0
			? `Webhooks to ${url.host} are not allowed. Add the host to CALLBACK_HOSTS.`
			: `Webhooks to ${host} are allowed on port ${ports} only. Add ${host}:${port} to CALLBACK_HOSTS.`,
	);
	return reasons;
}

const withoutDot = (hostname: string): string => hostname.replace(/\.$/, '');

/** Parses an entry of CALLBACK_HOSTS. An invalid host name matches no address. */
function placeOf(name: string): Place {
	const port = /:(\d+)$/.exec(name)?.[1];
	const host = port === undefined ? name : name.slice(0, -port.length - 1);
	const address = `http://${host}`;
	return {
		host: URL.canParse(address) ? withoutDot(new URL(address).hostname) : name,
		port: port === undefined ? null : Number(port),
	};
}
