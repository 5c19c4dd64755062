import type { Database } from './database.ts';
import { CannotOpen } from './database.ts';
import { openFile } from './file.ts';
import { pathOfFileUrl, type Location } from './location.ts';
import { own } from './ownership.ts';
import { realPathOf } from './real-path.ts';
import { openRemote } from './remote.ts';
import { assertOurs, assertUsable } from './usable.ts';

/**
 * Returns the path of a database file with all links resolved, and creates its folder. Returns null for a server.
 * Throws `CannotOpen`. Call it once: a link may change later, and the checked file must be the one that is owned and
 * opened.
 */
function usableFileOf({ url }: Location): string | null {
	if (!url.startsWith('file:')) return null;
	const named = pathOfFileUrl(url);
	if (named === null) throw new CannotOpen('its address names no file');
	const path = realPathOf(named);
	assertUsable(path);
	return path;
}

const openAt = (path: string | null, { url, authToken }: Location): Database =>
	path === null ? openRemote(url, authToken) : openFile(path);

/** Opens the file, creating its folder, or connects to the server. The caller applies the migrations next. */
export const openDatabase = (location: Location): Database => openAt(usableFileOf(location), location);

/**
 * Same as `openDatabase`, for a tool that migrates. Throws `CannotOpen` for the file of another program or of a newer
 * version, and leaves that file unchanged.
 */
export function openOurs(location: Location, migrations: string): Database {
	const path = usableFileOf(location);
	if (path !== null) assertOurs(path, migrations);
	return openAt(path, location);
}

/**
 * A database and the function that releases its file. `release` is null for a database over the network, which is
 * shared.
 */
export interface Owned {
	database: Database;
	release: (() => void) | null;
}

/**
 * Same as `openOurs`, for a server: this process owns the file until `release`. Waits up to `waitMs` for another server
 * to release it.
 */
export async function openAlone(location: Location, migrations: string, waitMs?: number): Promise<Owned> {
	const path = usableFileOf(location);
	if (path === null) return { database: openAt(path, location), release: null };
	assertOurs(path, migrations);
	const release = await own(path, waitMs);
	try {
		return { database: openAt(path, location), release };
	} catch (error) {
		release();
		throw error;
	}
}
