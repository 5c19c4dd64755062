import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, populate } from 'dotenv';
import { ConfigError } from './config.ts';

/**
 * Byte order marks and their encodings; null for an encoding that is refused. Longer marks come first, because the
 * mark of UTF-32LE begins with the mark of UTF-16LE.
 */
const MARKS: readonly [mark: readonly number[], encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | null][] = [
	[[0xff, 0xfe, 0, 0], null],
	[[0, 0, 0xfe, 0xff], null],
	[[0xef, 0xbb, 0xbf], 'utf-8'],
	[[0xff, 0xfe], 'utf-16le'],
	[[0xfe, 0xff], 'utf-16be'],
];
/** Lines that dotenv understands. dotenv silently ignores all others. */
const READABLE = /^\s*(?:$|#|(?:export\s+)?[\w.-]+(?:\s*=|:(?:\s|$)))/;

/**
 * Adds the variables of `.env` in `folder` to `env`. Variables that `env` already has win. Does nothing without such a
 * file.
 * Throws `ConfigError` if any part cannot be read: a lost token would open the server to every client.
 */
export function loadEnvFile(folder: string, env: Record<string, string | undefined>): void {
	const bytes = readEnvFile(join(folder, '.env'));
	if (bytes !== null) populate(env, valuesOf(textOf(bytes)));
}

function valuesOf(text: string): Record<string, string> {
	const values = parse(text);
	const lines = text.split(/\r\n?|\n/);
	// A multi-line value may contain any text, so its lines cannot be checked. None of our settings has one.
	const isPlain = Object.values(values).every((value) => !value.includes('\n'));
	const wrong = isPlain ? lines.findIndex((line) => !READABLE.test(line)) : -1;
	if (wrong >= 0)
		throw new ConfigError(`.env: line ${wrong + 1} cannot be read. Allowed: NAME=value, or # and a comment.`);
	return values;
}

function readEnvFile(path: string): Buffer | null {
	try {
		return readFileSync(path);
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
		// A dangling link is an error; only a missing file is allowed.
		if (code === 'ENOENT' && lstatSync(path, { throwIfNoEntry: false }) === undefined) return null;
		throw refusal(code === 'EISDIR' ? 'it is a folder' : `it cannot be read (${code})`);
	}
}

/** The text of an env file: UTF-8, or the encoding that its byte order mark names. Throws `ConfigError`. */
export function textOf(bytes: Uint8Array): string {
	const [, encoding] = MARKS.find(([mark]) => mark.every((byte, i) => bytes[i] === byte)) ?? [[], 'utf-8'];
	if (encoding === null) throw refusal('it is UTF-32');
	let text: string;
	try {
		text = new TextDecoder(encoding, { fatal: true }).decode(bytes); // removes the byte order mark
	} catch {
		throw refusal(`it is not well-formed ${encoding.toUpperCase()}`);
	}
	if (text.includes('\0')) throw refusal('it contains NUL characters, as UTF-16 without a byte order mark does');
	return text;
}

const refusal = (why: string): ConfigError =>
	new ConfigError(`.env: ${why}. Allowed: a file in UTF-8, or in UTF-16 with a byte order mark.`);
