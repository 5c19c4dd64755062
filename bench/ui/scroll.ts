import type { Page } from 'playwright';

/** What a reader does who is in a hurry. Each answers how often it asked for something that may leave the screen blank. */
export const WAYS: Record<string, (page: Page, rounds: number) => Promise<number>> = {
	'wheel, 30,000 px/s': async (page, rounds) => {
		for (let i = 0; i < rounds * 60; i++) await page.mouse.wheel(0, 500);
		return rounds;
	},
	'PageDown held': async (page, rounds) => {
		for (let i = 0; i < rounds * 30; i++) await page.keyboard.down('PageDown');
		await page.keyboard.up('PageDown');
		return rounds;
	},
	'scrollbar dragged': async (page, rounds) => {
		for (let i = 1; i <= rounds; i++)
			await andWait(page, () =>
				page.evaluate((share) => scrollTo(0, document.documentElement.scrollHeight * share), ((i * 7) % 19) / 20),
			);
		return rounds;
	},
	'End, Home': async (page, rounds) => {
		for (let i = 0; i < rounds; i++) await andWait(page, () => page.keyboard.press(i % 2 === 0 ? 'End' : 'Home'));
		return rounds;
	},
	'to a day': async (page, rounds) => {
		for (let i = 0; i < rounds; i++) {
			await page.evaluate(() => scrollTo(0, 0));
			await andWait(page, async () => {
				await page.getByRole('button', { name: 'Jump to date' }).click();
				await page.getByLabel('Calls on this date').fill(`2026-11-${String(18 - i).padStart(2, '0')}`);
				await page.keyboard.press('Enter');
			});
			await andWait(page, () => page.keyboard.press('Home'));
		}
		return rounds * 2;
	},
};

/** Does it, and waits until the page has moved and rows fill the screen. */
async function andWait(page: Page, act: () => Promise<unknown>): Promise<void> {
	const before = await page.evaluate(() => scrollY);
	await act();
	await page.waitForFunction((y) => scrollY !== y && !window.probe.read().isBlank, before);
	await page.evaluate(() => new Promise(requestAnimationFrame));
}

export interface Told {
	/** Milliseconds, for each time that a part of the list was blank. */
	blank: number[];
	frames: number;
	late: number;
	longTasks: number[];
	rows: number;
	isBlank: boolean;
	heapMiB: number;
}

declare global {
	interface Window {
		probe: { reset(): void; read(): Told };
	}
}
