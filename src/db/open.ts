import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import type { Database } from './database.ts';
import { openFile } from './file.ts';
import { openRemote } from './remote.ts';

export interface Location {
	/** `file:./data/audena.db` (from the working directory), or `libsql://…` for a server. */
	url: string;
	authToken: string | undefined;
}

/** The path of a database file; null for a server. */
export function fileOf({ url }: Location): string | null {
	if (!url.startsWith('file:')) return null;
	return url.startsWith('file://') ? fileURLToPath(url) : resolve(url.slice('file:'.length));
}

/** Opens the file, making its folder, or the connection to the server. Apply the migrations next. */
export function openDatabase(location: Location): Database {
	const path = fileOf(location);
	return path === null ? openRemote(location.url, location.authToken) : openFile(path);
}
