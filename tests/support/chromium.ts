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

/**
 * Returns the path of Playwright's Chromium if installed, else of a browser on the PATH, else null. `NAMES` begins
 * with the headless shell, because the shell needs a third less CPU time.
 */
export function findChromium(): string | null {
	const own = chromium.executablePath();
	if (existsSync(own)) return own;
	const folders = (process.env.PATH ?? '').split(delimiter);
	return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((path) => existsSync(path)) ?? null;
}

/**
 * A host name that the tests' browser resolves to this machine. A page from this host is not a secure context,
 * unlike a page from localhost, so the page has no Web Locks. The same holds for a page from a LAN address.
 */
export const LAN_HOST = 'audena.test';

/** Chromium flags for tests: no sandbox as root, and no requests to the internet. */
export const CHROMIUM_ARGS = [
	...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	'--no-first-run',
];
