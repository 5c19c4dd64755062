import { ProblemError } from '#contract';

/** Hosts that a webhook may go to without being named in CALLBACK_HOSTS. */
const OWN_MACHINE = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Throws `callback_not_allowed` unless the address is on this machine or on a host of `allowed` (`host` or `host:port`). */
export function checkCallback(callbackUrl: string, allowed: readonly string[]): void {
	const { hostname, host, username, password } = new URL(callbackUrl);
	const known = OWN_MACHINE.has(hostname) || allowed.some((name) => [hostname, host].includes(name.toLowerCase()));
	if (known && username === '' && password === '') return;
	throw new ProblemError('callback_not_allowed', `Webhooks may not go to ${host}. Add the host to CALLBACK_HOSTS.`);
}
