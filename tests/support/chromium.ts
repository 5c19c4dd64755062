import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright';

const NAMES = [
	'chromium-headless-shell',
	'chromium',
	'chromium-browser',
	'google-chrome',
	'google-chrome-stable',
	'chrome',
];

/** Playwright's own Chromium where it is installed, else one on the PATH, else null. The headless shell costs a third less. */
export function findChromium(): string | null {
	const own = chromium.executablePath();
	if (existsSync(own)) return own;
	const folders = (process.env.PATH ?? '').split(delimiter);
	return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((path) => existsSync(path)) ?? null;
}

/** What Chromium needs here: no sandbox as root, and nothing asked of the internet. */
export const CHROMIUM_ARGS = [
	...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	'--no-first-run',
];
