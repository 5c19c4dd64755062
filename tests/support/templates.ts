import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The environment variable that names the folder of template databases. Workers of the test runner inherit it. */
const FOLDER = 'AUDENA_TEST_TEMPLATES';

/** Global setup of a test runner: creates the folder of template databases. Returns the teardown. */
export default async function setup(): Promise<() => Promise<void>> {
	const folder = await mkdtemp(join(tmpdir(), 'audena-templates-'));
	process.env[FOLDER] = folder;
	return () => rm(folder, { recursive: true, force: true });
}

const made = new Map<string, Promise<string>>();

/** Copies the template `name` to `to`. `make` writes the template when this process first needs it. */
export async function copyTemplate(name: string, make: (file: string) => Promise<void>, to: string): Promise<void> {
	const folder = process.env[FOLDER];
	if (folder === undefined)
		throw new Error('There is no folder for templates: tests/support/templates.ts was not run.');
	let template = made.get(name);
	if (!template) {
		const file = join(folder, `${name}-${process.pid}.db`);
		template = make(file).then(() => file);
		made.set(name, template);
	}
	await copyFile(await template, to);
}
