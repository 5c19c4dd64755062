import type { Database } from './database.ts';
import { CannotOpen } from './database.ts';
import { openFile } from './file.ts';
import { pathOfFileUrl, type Location } from './location.ts';
import { own } from './ownership.ts';
import { realPathOf } from './real-path.ts';
import { openRemote } from './remote.ts';
import { assertOurs, assertUsable } from './usable.ts';

/** The path of a database file, through every link; null for a server. Throws `CannotOpen`. */
function fileOf({ url }: Location): string | null {
	if (!url.startsWith('file:')) return null;
	const path = pathOfFileUrl(url);
	if (path === null) throw new CannotOpen('its address names no file');
	return realPathOf(path);
}

/** Opens the file, making its folder, or the connection to the server. Apply the migrations next. */
export function openDatabase(location: Location): Database {
	const path = fileOf(location);
	if (path === null) return openRemote(location.url, location.authToken);
	assertUsable(path);
	return openFile(path);
}

/** The same for a tool that migrates: refuses the file of another program or of a newer version, and leaves it as it is. */
export function openOurs(location: Location, migrations: string): Database {
	const path = fileOf(location);
	if (path !== null) {
		assertUsable(path);
		assertOurs(path, migrations);
	}
	return openDatabase(location);
}

/** A database, and how its file is given up; null for one over the network, which others may use. */
export interface Owned {
	database: Database;
	disown: (() => void) | null;
}

/** The same for a server: nothing else owns the file until `disown`. Waits up to `waitMs` for another server to leave. */
export async function openAlone(location: Location, migrations: string, waitMs?: number): Promise<Owned> {
	const path = fileOf(location);
	if (path === null) return { database: openDatabase(location), disown: null };
	assertUsable(path);
	assertOurs(path, migrations);
	const disown = await own(path, waitMs);
	try {
		return { database: openDatabase(location), disown };
	} catch (error) {
		disown();
		throw error;
	}
}
