import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallbackUrl } from '#contract/callback-url.ts';
import { ProblemError } from '#contract';
import { isBlockedPort } from '#contract/blocked-ports.ts';
import { checkCallback } from './callbacks.ts';

const ALLOWED = [
	'hooks.example',
	'ported.example:8080',
	'Ported.Example:9090',
	'müller.example',
	'secure.example:443',
	'10.0.0.7',
];

/** Returns every reason why a webhook may not use this address. */
function reasons(address: string): string[] {
	const shape = CallbackUrl.safeParse(address);
	if (!shape.success) return shape.error.issues.map(({ message }) => message);
	try {
		checkCallback(address, ALLOWED);
		return [];
	} catch (error) {
		if (!(error instanceof ProblemError)) throw error;
		expect(error).toMatchObject({ code: 'callback_not_allowed', status: 400 });
		expect(error.errors?.every(({ path }) => path === 'callbackUrl')).toBe(true);
		return error.errors?.map(({ message }) => message) ?? [];
	}
}

const WHOLE = /begins with http:\/\/ or https:\/\//;
const NO_HOST = /has no host/;
const SPACE = /white space or a control character/;
const CREDENTIALS = /^Leave out the name and password before @/;
const NOT_NAMED = /^Webhooks to .* are not allowed\. Add the host to CALLBACK_HOSTS/;

describe('a callback address', () => {
	it.each([
		'http://localhost:4000/hook',
		'http://localhost.:4000/',
		'HTTP://LOCALHOST/',
		'http://127.0.0.1./',
		'http://127.1:4000/',
		'http://0x7f.1/',
		'http://2130706433/',
		'http://0177.0.0.1/',
		'http://[::1]:4000/',
		'http://[0:0:0:0:0:0:0:1]/',
		'http://hooks.example./a?b=c@d',
		'http://hooks.example:/',
		'http://ported.example:8080/',
		'http://ported.example:9090/',
		'https://secure.example/',
		'https://secure.example:443/',
		'http://xn--mller-kva.example/',
		'http://MÜLLER.example/',
		'http://10.0.0.7/',
		'http://localhost/a@b',
	])('[EX10] %s is allowed', (address) => expect(reasons(address)).toEqual([]));

	it.each([
		['http://127.0.0.1:6000/hook', /port 6000/],
		['http://127.0.0.1:5060/', /port 5060/],
		['http://[::1]:6665/', /port 6665/],
		['http://localhost:0/', /port 0,/],
		['https://localhost:22/', /port 22/],
		['http://user:pw@127.0.0.1:3291/hook', CREDENTIALS],
		['http://user@localhost/', CREDENTIALS],
		['http://:pw@localhost/', CREDENTIALS],
		['http://@localhost/', CREDENTIALS],
		['http://:@localhost/', CREDENTIALS],
		['http://a@b@localhost/', CREDENTIALS],
		['http://evil.example/', NOT_NAMED],
		['http://localhost.evil.example/', NOT_NAMED],
		['http://127.0.0.2/', NOT_NAMED],
		['http://[::ffff:127.0.0.1]/', NOT_NAMED],
		['http://169.254.169.254/', NOT_NAMED],
		['http://3232235777/', /to 192\.168\.1\.1 are not allowed\./],
		['http://localhost../', NOT_NAMED],
		[
			'http://ported.example/',
			/^Webhooks to ported\.example are allowed on port 8080, 9090 only\. Add ported\.example:80 to/,
		],
		['http://secure.example/', /on port 443 only\. Add secure\.example:80 to/],
		['ftp://localhost/', /not by ftp/],
		['ws://localhost/', /not by ws/],
		['file:///etc/passwd', /not by file/],
		['/here', WHOLE],
		['', WHOLE],
		['localhost:4000/hook', WHOLE],
		['http:/localhost/', WHOLE],
		['http:localhost', WHOLE],
		['javascript:alert(1)', WHOLE],
		['http://', NO_HOST],
		['http:///localhost/', NO_HOST],
		['http://?a', NO_HOST],
		['http://:4000/', NO_HOST],
		['http://user@/', NO_HOST],
		['http://localhost:65536/', /65536 is not a port/],
		['http://localhost:hook/', /hook is not a port/],
		['http://localhost/#top', /fragment/],
		['http://localhost/#', /fragment/],
		[' http://localhost/', SPACE],
		['http://localhost/ ', SPACE],
		['http://local host/', SPACE],
		['ht\ntp://localhost/', SPACE],
		['http://localhost/\u0000', SPACE],
		['http://localhost/\u00a0', SPACE],
		['http:\\\\localhost\\', WHOLE],
		['http://localhost\\@evil.example/', /backslash/],
		['http://256.1.1.1/', /256\.1\.1\.1 is not a valid host/],
		['http://[::1/', /not a valid host/],
		['http://a%b/', /not a valid host/],
		[`http://localhost/${'x'.repeat(2_000)}`, /at most 2000 characters/],
	])('[EX10] the refusal of %j names its reason', (address, reason) =>
		expect(reasons(address)).toEqual([expect.stringMatching(reason) as string]),
	);

	it('[EX10] the refusal names every reason and repeats no password', () => {
		const said = reasons('http://user:secret@evil.example:6000/');
		expect(said).toEqual([
			...[CREDENTIALS, /port 6000/, NOT_NAMED].map((reason) => expect.stringMatching(reason) as string),
		]);
		expect(said.join()).not.toContain('secret');
	});

	it('[EX11] every allowed address is one that fetch takes, without credentials or a blocked port', () => {
		const address = fc
			.tuple(
				fc.constantFrom('http://', 'https://', 'HTTP://', 'http:/', 'http:\\\\', ''),
				fc.constantFrom('', '@', 'u@', 'u:p@', '%40@'),
				fc.constantFrom('localhost', '127.1', '[::1]', 'hooks.example', 'evil.example', ''),
				fc.constantFrom('', ':', ':80', ':6000', ':0', ':00', ':+80', ':8080', ':70000', ':0x50'),
				fc.constantFrom('', '/', '/x?y', '#z', '\\@evil.example/'),
			)
			.map((parts) => parts.join(''));
		fc.assert(
			fc.property(address, (text) => {
				if (reasons(text).length > 0) return;
				const { hostname, username, password, port, hash } = new URL(text);
				expect([username, password, hash]).toEqual(['', '', '']);
				expect(['localhost', '127.0.0.1', '[::1]', 'hooks.example']).toContain(hostname);
				expect(port !== '' && isBlockedPort(Number(port))).toBe(false);
				expect(() => new Request(text)).not.toThrow();
			}),
			{ numRuns: 500 },
		);
	});
});
