import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const WIDTHS = [360, 768, 1440];

/** Legacy mode checks the page itself: without it axe opens another page for each report. No page here has frames. */
const axe = (page: Page): AxeBuilder => new AxeBuilder({ page }).setLegacyMode();

async function expectNoViolations(builder: AxeBuilder, what: string): Promise<void> {
	const { violations } = await builder.analyze();
	const found = violations.map(
		({ id, nodes }) => `${what}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
	);
	expect(found).toEqual([]);
}

async function expectAccessibleInLight(page: Page, what: string): Promise<void> {
	await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
	await expectNoViolations(axe(page).withTags(TAGS), what);
	const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	expect(beyond, `${what}: sideways scrolling, in pixels`).toBeLessThanOrEqual(0);
}

/** In the dark theme axe checks the contrast alone: nothing else differs. */
async function expectContrastInDark(page: Page, what: string): Promise<void> {
	await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
	await expectNoViolations(axe(page).withRules(['color-contrast']), `${what}, dark`);
}

/** Expects the page to meet WCAG 2.2 AA in both themes as far as axe can tell, and not to scroll sideways. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
	await expectAccessibleInLight(page, what);
	await expectContrastInDark(page, what);
}

/** The same at the width of a phone, a tablet and a desktop. */
export async function expectAccessibleAtWidths(page: Page, what: string): Promise<void> {
	for (const width of WIDTHS) {
		await page.setViewportSize({ width, height: 900 });
		await expectAccessibleInLight(page, `${what} at ${width}`);
		// The widths between show nothing that neither of these shows.
		if (width !== 768) await expectContrastInDark(page, `${what} at ${width}`);
	}
}
