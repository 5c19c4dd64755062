import { expect, it } from 'vitest';
import { run } from '#tests/support/shell.ts';
import { curlLine, TEST_CALL } from './curl.ts';

it('the curl command requests the same call as the form', () =>
	expect(curlLine('http://127.0.0.1:3000/', TEST_CALL, false)).toBe(
		[
			"curl 'http://127.0.0.1:3000/api/calls' \\",
			"  -H 'Content-Type: application/json' \\",
			`  -d '{"customerName":"Ada","phoneNumber":"+12025550100","workflow":"SUPPORT"}'`,
		].join('\n'),
	));

it('[D73] a shell passes every text to curl unchanged', async () => {
	const names = [
		"O'Reilly",
		'$HOME',
		'`id`',
		'$(id)',
		'!!',
		'a\\b',
		'two\nlines',
		'@/etc/hostname',
		'"',
		`a'; echo "x`,
	];
	const lines = [...names, '🙂', '\u2028', '-o x', '%s', '*'].map((customerName) =>
		curlLine("http://[::1]:80/it's", { customerName }, false),
	);
	// This shell function replaces curl. It prints its arguments, each followed by a NUL.
	const printed = await run(`curl() { printf '%s\\0' "$@"; }\n${lines.join('\n')}`);
	const words = printed.split('\0');
	for (const customerName of [...names, '🙂', '\u2028', '-o x', '%s', '*']) {
		const [url, header, type, data, body = ''] = words.splice(0, 5);
		expect([url, header, type, data]).toEqual([
			"http://[::1]:80/it's/api/calls",
			'-H',
			'Content-Type: application/json',
			'-d',
		]);
		expect(JSON.parse(body)).toEqual({ customerName });
	}
	expect(words).toEqual(['']);
});

it('the command for a protected server reads the token from the shell', () =>
	expect(curlLine('http://h', {}, true)).toContain('-H "Authorization: Bearer $API_TOKEN"'));
