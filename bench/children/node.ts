import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A Node to run servers with, or why there is none. */
export type NodeFound = { path: string; version: string } | { missing: string };

const WITHIN_MS = 120_000;
const run = promisify(execFile);
const found = new Map<number, Promise<NodeFound>>();

/** The Node of this major version: the one that runs, or the one that npm's registry has (`npx -p node@24`). */
export function nodeOf(major: number): Promise<NodeFound> {
	let node = found.get(major);
	if (!node) found.set(major, (node = find(major)));
	return node;
}

async function find(major: number): Promise<NodeFound> {
	if (process.version.startsWith(`v${major}.`)) return { path: process.execPath, version: process.version };
	try {
		const npx = await run('npx', ['-y', '-p', `node@${major}`, '-c', 'command -v node'], { timeout: WITHIN_MS });
		const path = npx.stdout.trim();
		// The driver is native: it must load there.
		const script = `require('libsql'); console.log(process.version)`;
		const { stdout } = await run(path, ['-e', script], { cwd: import.meta.dirname, timeout: WITHIN_MS });
		const version = stdout.trim();
		if (!version.startsWith(`v${major}.`)) return { missing: `npx brought Node ${version} for Node ${major}` };
		return { path, version };
	} catch (error) {
		const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
		return { missing: `npx could not bring Node ${major}: ${why}` };
	}
}
