import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Recording, Recordings } from './recording.ts';
import { render } from './render.ts';

const FOLDER = join(import.meta.dirname, '..', 'recorded');

/** Replaces all files in `recorded/`. */
export async function writeRecordings(recordings: Recordings): Promise<void> {
	await rm(FOLDER, { recursive: true, force: true });
	for (const [name, recording] of Object.entries(recordings)) {
		const file = join(FOLDER, name);
		await mkdir(dirname(file), { recursive: true });
		await writeFile(file, typeof recording === 'string' ? recording : render(recording));
	}
}

export async function readRecordings(): Promise<Recordings> {
	const entries = await readdir(FOLDER, { recursive: true, withFileTypes: true }).catch(() => []);
	const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
	const named = files.map(async (file): Promise<[string, Recording]> => {
		const text = await readFile(file, 'utf8');
		const name = file.slice(FOLDER.length + 1).replaceAll('\\', '/');
		return [name, name.endsWith('.json') ? (JSON.parse(text) as Recording) : text];
	});
	return Object.fromEntries(await Promise.all(named));
}
