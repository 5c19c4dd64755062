import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '#tests/support/app.ts';
import { ConfigError } from './config.ts';
import { loadEnvFile } from './env-file.ts';

const TEXT = 'API_TOKEN=secret-token-123\r\nLOG_LEVEL=warn # ä\r\n';
const utf16 = (text: string, big: boolean): Buffer => {
	const bytes = Buffer.from(text, 'utf16le');
	return big ? bytes.swap16() : bytes;
};
const utf32 = (text: string, big: boolean): Buffer => {
	const bytes = Buffer.from(Uint32Array.from(text, (character) => character.codePointAt(0)!).buffer);
	return big ? bytes.swap32() : bytes;
};

/** Loads a `.env` of these bytes into `env`, and returns `env`. */
async function load(bytes: Uint8Array | string, env: Record<string, string | undefined> = {}): Promise<typeof env> {
	const folder = await temporaryFolder();
	await writeFile(join(folder, '.env'), bytes);
	loadEnvFile(folder, env);
	return env;
}

/** Returns the message with which `load` refuses the file, or `accepted`. */
async function refusalOf(load: () => unknown): Promise<string> {
	try {
		await load();
	} catch (error) {
		if (error instanceof ConfigError) return error.message;
		throw error;
	}
	return 'accepted';
}

describe('the .env file', () => {
	it.each([
		['UTF-8', Buffer.from(TEXT)],
		['UTF-8 with a byte order mark', Buffer.from(`\ufeff${TEXT}`)],
		['UTF-16LE with one, as PowerShell writes it', utf16(`\ufeff${TEXT}`, false)],
		['UTF-16BE with one', utf16(`\ufeff${TEXT}`, true)],
	])('[C10] is read in %s', async (_what, bytes) => {
		expect(await load(bytes)).toEqual({ API_TOKEN: 'secret-token-123', LOG_LEVEL: 'warn' });
	});

	it.each([
		['UTF-16LE without a byte order mark', utf16(TEXT, false), /NUL|UTF-8/],
		['UTF-16BE without one', utf16(TEXT, true), /NUL|UTF-8/],
		['UTF-16LE without one, in ASCII', utf16('API_TOKEN=secret', false), /NUL characters/],
		['UTF-32LE with one', utf32(`\ufeff${TEXT}`, false), /it is UTF-32/],
		['UTF-32BE with one', utf32(`\ufeff${TEXT}`, true), /it is UTF-32/],
		['UTF-32LE without one', utf32('API_TOKEN=secret', false), /NUL characters/],
		['Latin-1', Buffer.from('API_TOKEN=secret # ä\n', 'latin1'), /not well-formed UTF-8/],
		['half of a UTF-16 character', utf16(`\ufeff${TEXT}`, false).subarray(0, -1), /not well-formed UTF-16LE/],
		['a NUL', 'API_TOKEN=secret\0\n', /NUL characters/],
	])('[C10] is refused with one line in %s', async (_what, bytes, why) => {
		const line = await refusalOf(() => load(bytes));
		expect(line).toMatch(why);
		expect(line).toMatch(/^\.env: .+\. Allowed: a file in UTF-8, or in UTF-16 with a byte order mark\.$/);
		expect(line).not.toContain('secret');
	});

	it.each([
		'$env:API_TOKEN="secret"',
		'set API_TOKEN=secret',
		'API_TOKEN secret',
		'\u200bAPI_TOKEN=secret',
		'"API_TOKEN"=secret',
	])('[C11] the error of the line %j names its number and does not print its text', async (line) => {
		const refusal = await refusalOf(() => load(`# a comment\n\nLOG_LEVEL=warn\n${line}\n`));
		expect(refusal).toBe('.env: line 4 cannot be read. Allowed: NAME=value, or # and a comment.');
	});

	it('[C11] every line that dotenv reads is accepted', async () => {
		const text = `\n  # comment\nexport A=1\nB: 2\n\u00a0C = '3' # three\nD=\nE.F-G="a#b"\rH=\`x\`\n`;
		expect(await load(text)).toEqual({ A: '1', B: '2', C: '3', D: '', 'E.F-G': 'a#b', H: 'x' });
		const key = 'KEY="-----BEGIN\nabc def\n-----END"\n';
		expect(await load(key)).toEqual({ KEY: '-----BEGIN\nabc def\n-----END' });
	});

	it('[C10] is refused if it is a folder, a broken link or unreadable; without it no variable is set', async () => {
		const folder = await temporaryFolder();
		const env = {};
		loadEnvFile(folder, env);
		expect(env).toEqual({});
		await mkdir(join(folder, '.env'));
		expect(await refusalOf(() => loadEnvFile(folder, env))).toMatch(/^\.env: it is a folder\. Allowed:/);
		for (const target of ['nowhere', '.env']) {
			const linked = await temporaryFolder();
			await symlink(target, join(linked, '.env'));
			expect(await refusalOf(() => loadEnvFile(linked, env))).toMatch(/^\.env: it cannot be read \((ENOENT|ELOOP)\)/);
		}
	});

	it('[C10] a variable that is already set wins, even if it is empty', async () => {
		expect(await load('A=file\nB=file\nC=file\n', { A: 'set', B: '' })).toEqual({ A: 'set', B: '', C: 'file' });
	});
});
