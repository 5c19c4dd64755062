import { resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Location {
	/** `file:./data/audena.db` (relative to the working directory), or `libsql://…` for a server. */
	url: string;
	authToken: string | undefined;
}

/** The rules of `pathOfFileUrl`, as an error message lists them after "Allowed:". */
export const FILE_URL_RULES =
	'file: and the path of a file, without parameters (?), #, %, $, \\ or ~ at its start; such characters are written as %XX after file:///';

/** SQLite, Prisma and shells interpret these characters. Here they would end up in a file name. */
const AMBIGUOUS = /[?#$]/;

/**
 * Returns the absolute path of a `file:` address, or null for an invalid or ambiguous one. `file:path` is taken
 * literally, relative to the working directory. In `file:///path` a character may be written as `%XX`.
 */
export function pathOfFileUrl(url: string): string | null {
	if (!url.startsWith('file:') || AMBIGUOUS.test(url)) return null;
	if (sep === '/' && url.includes('\\')) return null;
	const path = url.startsWith('file://') ? fromUrl(url) : fromText(url.slice('file:'.length));
	// eslint-disable-next-line no-control-regex -- control characters are what it looks for
	return path === null || /[\u0000-\u001f\u007f]/.test(path) ? null : path;
}

function fromText(text: string): string | null {
	const isMistaken = text === '' || text.includes('%') || /^[\s~"']/.test(text) || /(^|[\\/]):/.test(text);
	return isMistaken || namesFolder(text) ? null : resolve(text);
}

function fromUrl(url: string): string | null {
	// `file:///./data` looks relative and `file:///~/data` looks like a home folder, but both are absolute paths.
	if (/^file:\/\/\w*\/(\.{1,2}|~)(\/|$)/.test(url)) return null;
	// `:memory:` and similar names mean a database in memory. In a file name, a leading colon is written %3A.
	if (/\/:/.test(url.slice('file://'.length))) return null;
	try {
		const path = fileURLToPath(url);
		return namesFolder(path) ? null : path;
	} catch {
		return null; // another host, or an encoded slash
	}
}

const namesFolder = (path: string): boolean => /(^|[\\/])\.{0,2}$/.test(path);
