import type { Database } from './database.ts';
import { CannotOpen } from './database.ts';
import { openFile } from './file.ts';
import { pathOfFileUrl, type Location } from './location.ts';
import { own } from './ownership.ts';
import { realPathOf } from './real-path.ts';
import { openRemote } from './remote.ts';
import { assertOurs, assertUsable } from './usable.ts';

/**
 * The path of a database file, through every link, in a folder that is made; null for a server. Throws `CannotOpen`. Ask
 * once: a link may lead elsewhere afterwards, and the file that was checked is the one to own and to open.
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

/** Opens the file, making its folder, or the connection to the server. Apply the migrations next. */
export const openDatabase = (location: Location): Database => openAt(usableFileOf(location), location);

/** The same for a tool that migrates: refuses the file of another program or of a newer version, and leaves it as it is. */
export function openOurs(location: Location, migrations: string): Database {
	const path = usableFileOf(location);
	if (path !== null) assertOurs(path, migrations);
	return openAt(path, location);
}

/** A database, and how its file is given up; null for one over the network, which others may use. */
export interface Owned {
	database: Database;
	disown: (() => void) | null;
}

/** The same for a server: nothing else owns the file until `disown`. Waits up to `waitMs` for another server to leave. */
export async function openAlone(location: Location, migrations: string, waitMs?: number): Promise<Owned> {
	const path = usableFileOf(location);
	if (path === null) return { database: openAt(path, location), disown: null };
	assertOurs(path, migrations);
	const disown = await own(path, waitMs);
	try {
		return { database: openAt(path, location), disown };
	} catch (error) {
		disown();
		throw error;
	}
}
