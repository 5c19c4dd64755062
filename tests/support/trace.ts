import { expect } from 'vitest';
import type { ProviderCall } from '#contract';
import type { TestApp } from './app.ts';
import { openFollowingTab } from './tab.ts';

/** A time so far in the future that a call scheduled for it does nothing by itself. */
export const FAR_FUTURE = '2100-01-01T00:00:00.000Z';

/**
 * Runs `work` and proves that it had no effect: no event took a seq, no frame was pushed, and the provider's calls and
 * settings are unchanged. No other work may be under way in this app.
 */
export async function expectNoEffect(app: TestApp, work: () => Promise<void>): Promise<void> {
	const tab = await openFollowingTab(app, app.env.API_TOKEN === undefined ? {} : { token: app.env.API_TOKEN });
	const mark = async (): Promise<number> => {
		const { id, seq } = await app.create({ customerName: 'A mark', scheduledAt: FAR_FUTURE });
		await tab.until(() => tab.changes().some((change) => 'call' in change && change.call.id === id));
		return seq;
	};
	const outside = async (): Promise<unknown> => [
		(await app.api<{ calls: ProviderCall[] }>('GET', '/api/provider/calls')).body,
		(await app.api('GET', '/api/provider/settings')).body,
	];

	const before = await outside();
	const seq = await mark();
	const frames = tab.frames.length;
	await work();
	expect(await mark()).toBe(seq + 1);
	expect(tab.frames.length).toBe(frames + 1);
	expect(tab.settings).toHaveLength(1);
	expect(await outside()).toEqual(before);
	tab.close();
}
