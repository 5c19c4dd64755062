import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
/** The programs that build/ bundles: the source of each, and its file in build/. */
const BUILT: Readonly<Record<string, string>> = { 'src/server/main.ts': 'main.js', 'scripts/seed.ts': 'seed.js' };

const PAGES = join(root, 'build', 'web', 'handler.js');

let newest: number | undefined;

/** Throws if the pages are not built, or if a source of the pages is newer than the built pages. */
export function requirePages(): void {
	const newestSource = Math.max(...['src/routes', 'src/lib', 'src/contract'].map((path) => timeOf(path, OF_PAGES)));
	if (!existsSync(PAGES) || statSync(PAGES).mtimeMs < newestSource)
		throw new Error('The pages are not built, or older than their sources: npm run build');
}

/** Whether build/ has the pages and this file, and no source of the server or the scripts is newer than the file. */
export function isBuilt(file = 'main.js'): boolean {
	const built = join(root, 'build', file);
	if (!existsSync(PAGES) || !existsSync(built)) return false;
	newest ??= Math.max(...['src', 'scripts', 'vite.server.config.ts'].map((path) => timeOf(path, OF_SERVER)));
	return statSync(built).mtimeMs >= newest;
}

/**
 * A flag of Node for processes that run for seconds. Without the flag, V8 optimizes the WebAssembly of Prisma, which
 * takes a third of their CPU time.
 */
export const SHORT_LIVED = '--liftoff-only';

/** Returns Node's arguments to run a source file: its file in build/ if up to date, else the source through tsx. */
export function programOf(source: string): string[] {
	const built = BUILT[source];
	if (built !== undefined && isBuilt(built)) return [join(root, 'build', built)];
	return ['--import', import.meta.resolve('tsx'), join(root, source)];
}

const OF_SERVER = { name: /\.(js|ts)$/, without: /^src\/(routes|lib|generated)$/ };
const OF_PAGES = { name: /\.(js|ts|svelte|css)$/, without: /^$/ };

/**
 * Returns when the sources below `path` were last changed, without tests. Folders count too, because a deleted file
 * changes only its folder.
 */
function timeOf(path: string, sources: { name: RegExp; without: RegExp }): number {
	const found = statSync(join(root, path));
	if (!found.isDirectory()) return sources.name.test(path) && !path.endsWith('.test.ts') ? found.mtimeMs : 0;
	if (sources.without.test(path)) return 0;
	return Math.max(found.mtimeMs, ...readdirSync(join(root, path)).map((name) => timeOf(join(path, name), sources)));
}
