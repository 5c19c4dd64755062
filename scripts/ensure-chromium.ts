import { spawnSync } from 'node:child_process';
import { findChromium } from '#tests/support/chromium.ts';

const run = (command: string, args: string[]): boolean => {
	console.log(`> ${command} ${args.join(' ')}`);
	return spawnSync(command, args, { stdio: 'inherit', timeout: 300_000 }).status === 0;
};

/** Debian packages of Chromium, in order of preference. Some Debian releases lack the first. */
const PACKAGES = ['chromium-headless-shell', 'chromium'];

/**
 * Ensures a Chromium for the browser tests. Installs one with the system's package manager or Playwright if needed.
 * Returns its path, or null if none could be installed.
 */
export function ensureChromium(): string | null {
	const there = findChromium();
	if (there !== null) return there;
	console.log('No Chromium found: installing one for the browser tests.');
	const install = (name: string): boolean => run('apt-get', ['install', '-y', '--no-install-recommends', name]);
	if (process.getuid?.() === 0 && run('apt-get', ['update']) && PACKAGES.some(install)) return findChromium();
	run('npx', ['playwright', 'install', 'chromium']);
	return findChromium();
}

export const NO_CHROMIUM = `The browser tests need Chromium, and none could be installed here. Either
  npx playwright install chromium          (needs the internet)
or install your system's package, for example
  sudo apt-get install chromium
and run the tests again.`;
