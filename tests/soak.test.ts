import { describe, expect, it } from 'vitest';
import { startReceiver } from '#tests/support/receiver.ts';
import { askForCall } from './load/ask.ts';
import { MAY_GROW, verdictOf, type Sample } from './load/verdict.ts';

const sample = (over: Partial<Sample> = {}): Sample => ({
	loop: { p50: 5, p99: 9, max: 20 },
	heap: 40,
	external: 5,
	rss: 300,
	files: 200,
	rejections: 0,
	...over,
});

describe('the verdict of the soak test', () => {
	it.each([
		['heap', MAY_GROW.heap],
		['rss', MAY_GROW.rss],
		['files', MAY_GROW.files],
	] as const)('[X8] fails if %s grows beyond its bound at any time', (name, most) => {
		const grown = (by: number): Sample => sample({ [name]: sample()[name]! + by });
		expect(verdictOf([sample(), grown(most), sample()])).toEqual([]);
		expect(verdictOf([sample(), grown(most + 1), sample()])).toEqual([expect.stringContaining(`${name} grew`)]);
	});

	it('[X8] fails for an unhandled rejection, and for no measurement', () => {
		expect(verdictOf([sample(), sample({ rejections: 1 })])).toEqual(['1 unhandled rejections']);
		expect(verdictOf([sample()])).toHaveLength(1);
	});

	it('[X8] repeats a request after a cut connection, and fails for any response other than 201', async () => {
		const server = await startReceiver((response, _request, count) => {
			if (count === 1) response.destroy();
			else response.writeHead(count === 2 ? 503 : 200).end('{"call":{"id":"a"}}');
		});
		expect(await askForCall(server.url, 0)).toBeNull();
		await expect(askForCall(server.url, 0)).rejects.toThrow('503');
		await expect(askForCall(server.url, 0)).rejects.toThrow('200');
	});
});
