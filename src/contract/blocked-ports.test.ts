import { describe, expect, it } from 'vitest';
import { isBlockedPort } from './blocked-ports.ts';

/** Whether this Node.js refuses the port. No request leaves the process, because the host does not exist. */
async function isRefusedByFetch(port: number): Promise<boolean> {
	const error = await fetch(`http://nowhere.invalid:${port}/`).catch((reason: unknown) => reason);
	if (!(error instanceof Error)) throw new Error('A host that does not exist returned a response.');
	return error.cause instanceof Error && error.cause.message === 'bad port';
}

describe('the ports that fetch refuses', () => {
	it('[C9] the list agrees with fetch on every listed port and its neighbors', async () => {
		const listed = Array.from({ length: 65_535 }, (_, i) => i + 1).filter(isBlockedPort);
		expect(listed).toEqual(expect.arrayContaining([1, 22, 5060, 5061, 6000, 6665, 6669, 10080]));
		const ports = [...new Set(listed.flatMap((port) => [port, port + 1]))];
		const verdicts = await Promise.all(ports.map(isRefusedByFetch));
		expect(ports.filter((port, i) => isBlockedPort(port) !== verdicts[i])).toEqual([]);
	});

	it('[C9] port 0 is refused, and the usual ports are not', () => {
		expect([0, 80, 443, 3000, 4000, 8080, 65_535].map(isBlockedPort)).toEqual([
			...[true, false, false, false, false, false, false],
		]);
	});
});
