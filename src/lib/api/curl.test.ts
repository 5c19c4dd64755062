import { expect, it } from 'vitest';
import { curlLine, TEST_CALL } from './curl.ts';

it('a curl line asks for the call that the form would', () =>
	expect(curlLine('http://127.0.0.1:3000/', TEST_CALL, false)).toBe(
		`curl -X POST http://127.0.0.1:3000/api/calls --json '{"customerName":"Ada","phoneNumber":"+12025550100","workflow":"SUPPORT"}'`,
	));

it('a quote in a name does not end the quoted body', () =>
	expect(curlLine('http://h', { customerName: "O'Reilly" }, false)).toContain(String.raw`O'\''Reilly`));

it('a protected server takes the token from the shell, never from the page', () =>
	expect(curlLine('http://h', {}, true)).toContain('-H "Authorization: Bearer $API_TOKEN"'));
