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

/** Opens the file, making its folder, or the connection to the server. Apply the migrations next. */
export function openDatabase({ url, authToken }: Location): Database {
	if (!url.startsWith('file:')) return openRemote(url, authToken);
	return openFile(url.startsWith('file://') ? fileURLToPath(url) : resolve(url.slice('file:'.length)));
}
