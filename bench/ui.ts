import { join } from 'node:path';
import { chromium, type Page } from 'playwright';
import { CHROMIUM_ARGS, findChromium } from '#tests/support/chromium.ts';
import { startProduct } from './support/product.ts';
import { compare } from './support/report.ts';
import type { Setup } from './support/setup.ts';

type Figure = 'times blank' | 'longest blank ms' | 'late frames' | 'longest task ms';
declare global {
	interface Window {
		probe: { reset(): void; isBlank(): boolean; read(): Record<Figure, number> };
	}
}

/** Fast ways to scroll. */
const SCROLLS = {
	'wheel, 30,000 px/s': async (page: Page, times: number): Promise<void> => {
		for (let i = 0; i < times * 60; i++) await page.mouse.wheel(0, 500);
	},
	'PageDown held': async (page: Page, times: number): Promise<void> => {
		for (let i = 0; i < times * 30; i++) await page.keyboard.down('PageDown');
		await page.keyboard.up('PageDown');
	},
	'scrollbar dragged': async (page: Page, times: number): Promise<void> => {
		for (let i = 1; i <= times; i++) {
			await page.evaluate(
				(share) => {
					scrollTo(0, document.documentElement.scrollHeight * share);
					return new Promise(requestAnimationFrame); // until the probe has seen the new position
				},
				((i * 7) % 19) / 20,
			);
			await page.waitForFunction(() => !window.probe.isBlank());
		}
	},
};
const NAMES = Object.keys(SCROLLS) as (keyof typeof SCROLLS)[];

/** Measures how long the table is blank during fast scrolling, in a real browser. Needs the built server. */
export async function ui({ sizes, rounds, copy }: Setup): Promise<void> {
	const executablePath = findChromium();
	if (executablePath === null) throw new Error('There is no Chromium. Run `npx playwright install chromium`.');
	const browser = await chromium.launch({ args: CHROMIUM_ARGS, executablePath });
	for (const size of sizes) {
		await using history = await copy(size);
		await using product = await startProduct(history.path);
		await compare(`${size} calls: scrolling`, { sides: NAMES, rounds }, async (scroll) => {
			const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
			await page.addInitScript({ path: join(import.meta.dirname, 'ui-probe.js') });
			await page.goto(`http://127.0.0.1:${product.port}`);
			await page.getByRole('button', { name: /^Connection: ?Live/ }).waitFor();
			await page.mouse.move(900, 500);
			await page.evaluate(() => window.probe.reset());
			await SCROLLS[scroll](page, rounds);
			await page.waitForFunction(() => !window.probe.isBlank());
			const sample = await page.evaluate(() => window.probe.read());
			await page.close();
			return sample;
		});
	}
	await browser.close();
}
