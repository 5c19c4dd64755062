import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, type Page } from '@playwright/test';
import type { AxeResults, RunOptions } from 'axe-core';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const WIDTHS = [360, 768, 1440];

const SOURCE = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'));
let source: Promise<string> | undefined;

/** Runs axe in the page. A document gets the script only once, because parsing the script costs more than a check. */
async function violationsOf(page: Page, runOnly: RunOptions['runOnly']): Promise<AxeResults['violations']> {
	if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(await (source ??= readFile(SOURCE, 'utf8')));
	return page.evaluate(
		async (options) => {
			const { axe } = window as unknown as { axe: { run(on: Document, options: RunOptions): Promise<AxeResults> } };
			return (await axe.run(document, options)).violations;
		},
		{ runOnly, resultTypes: ['violations'] } as RunOptions,
	);
}

async function expectNoViolations(page: Page, runOnly: RunOptions['runOnly'], what: string): Promise<void> {
	const violations = await violationsOf(page, runOnly);
	const found = violations.map(
		({ id, nodes }) => `${what}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
	);
	expect(found).toEqual([]);
}

async function expectAccessibleInLight(page: Page, what: string): Promise<void> {
	await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
	await expectNoViolations(page, { type: 'tag', values: TAGS }, what);
	const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	expect(beyond, `${what}: sideways scrolling, in pixels`).toBeLessThanOrEqual(0);
}

/** Checks only the contrast in the dark theme, because nothing else differs from the light theme. */
async function expectContrastInDark(page: Page, what: string): Promise<void> {
	await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
	await expectNoViolations(page, { type: 'rule', values: ['color-contrast'] }, `${what}, dark`);
}

/** Expects the page to meet WCAG 2.2 AA in both themes, as far as axe checks it, and not to scroll sideways. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
	await expectAccessibleInLight(page, what);
	await expectContrastInDark(page, what);
}

/** Like `expectAccessible`, at the widths of a phone, a tablet and a desktop. */
export async function expectAccessibleAtWidths(page: Page, what: string): Promise<void> {
	for (const width of WIDTHS) {
		await page.setViewportSize({ width, height: 900 });
		await expectAccessibleInLight(page, `${what} at ${width}`);
		// The dark theme has no colors at the middle width that it lacks at the other two.
		if (width !== 768) await expectContrastInDark(page, `${what} at ${width}`);
	}
}
