import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
/** Build file of each source file. */
const BUILT: Readonly<Record<string, string>> = { 'src/server/main.ts': 'main.js', 'scripts/seed.ts': 'seed.js' };

let newest: number | undefined;

/** Whether `build` exists and is as new as the server's sources. */
export function isBuilt(): boolean {
	const built = join(root, 'build', 'main.js');
	if (!existsSync(join(root, 'build', 'web', 'handler.js')) || !existsSync(built)) return false;
	newest ??= Math.max(...readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).map(changedAt));
	return statSync(built).mtimeMs >= newest;
}

/** Returns Node's arguments to run a source file: its build if up to date, else the source through tsx. */
export function programOf(source: string): string[] {
	const built = BUILT[source];
	if (built !== undefined && isBuilt()) return [join(root, 'build', built)];
	return ['--import', import.meta.resolve('tsx'), join(root, source)];
}

const changedAt = (path: string): number =>
	/^(routes|lib|generated)\b/.test(path) ? 0 : changed(join(root, 'src', path));
const changed = (path: string): number =>
	path.endsWith('.ts') && !path.endsWith('.test.ts') ? statSync(path).mtimeMs : 0;
