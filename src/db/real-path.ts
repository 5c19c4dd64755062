import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { CannotOpen } from './database.ts';

/**
 * Resolves every link in a path, even if the file does not exist yet. The lock, the journal and the epoch mark
 * (`.life`) of a database lie beside the real path. Throws `CannotOpen` for circular links.
 */
export function realPathOf(path: string): string {
	try {
		return follow(path);
	} catch (error) {
		throw new CannotOpen(error instanceof Error ? error.message : String(error), { cause: error });
	}
}

function follow(path: string): string {
	const existing = ifThere(() => realpathSync.native(path));
	if (existing !== undefined) return existing;
	if (dirname(path) === path) return path;
	const real = join(follow(dirname(path)), basename(path));
	const target = ifThere(() => readlinkSync(real));
	return target === undefined ? real : follow(resolve(dirname(real), target));
}

/** Returns undefined if there is no such file or link. */
function ifThere(read: () => string): string | undefined {
	try {
		return read();
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? error.code : undefined;
		if (code === 'ENOENT' || code === 'EINVAL') return undefined;
		throw error;
	}
}
