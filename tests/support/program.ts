import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
/** Build file of each source file. */
const BUILT: Readonly<Record<string, string>> = { 'src/server/main.ts': 'main.js', 'scripts/seed.ts': 'seed.js' };

let newest: number | undefined;

/** Whether `build` has this file, as new as the sources of the server and the scripts. */
export function isBuilt(file = 'main.js'): boolean {
	const built = join(root, 'build', file);
	if (!existsSync(join(root, 'build', 'web', 'handler.js')) || !existsSync(built)) return false;
	newest ??= Math.max(...['src', 'scripts', 'vite.server.config.ts'].flatMap((path) => timesIn(path)));
	return statSync(built).mtimeMs >= newest;
}

/**
 * A flag of Node for processes that live for seconds. To optimize the WebAssembly of Prisma would take a third of their
 * CPU time.
 */
export const SHORT_LIVED = '--liftoff-only';

/** Returns Node's arguments to run a source file: its build if up to date, else the source through tsx. */
export function programOf(source: string): string[] {
	const built = BUILT[source];
	if (built !== undefined && isBuilt(built)) return [join(root, 'build', built)];
	return ['--import', import.meta.resolve('tsx'), join(root, source)];
}

/** When the files were changed that `build`'s server is made of, and their folders: a deleted file changes its folder. */
function timesIn(path: string): number[] {
	const found = statSync(join(root, path));
	if (!found.isDirectory()) return /\.(js|ts)$/.test(path) && !path.endsWith('.test.ts') ? [found.mtimeMs] : [];
	if (/^src\/(routes|lib|generated)$/.test(path)) return [];
	return [found.mtimeMs, ...readdirSync(join(root, path)).flatMap((name) => timesIn(join(path, name)))];
}
