import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Call } from '#contract';
import { temporaryFolder } from '#tests/support/app.ts';
import { startServer, type ServerProcess } from '#tests/support/server-process.ts';

const start = (folder: string): ServerProcess => {
	const server = startServer(folder, { LOG_LEVEL: 'silent', DATABASE_URL: `file:${join(folder, 'audena.db')}` });
	onTestFinished(() => server.kill('SIGKILL'));
	return server;
};

describe('a second server on the same file', () => {
	it('[Z2] is refused with one clear line and exit code 1, and the first goes on', { timeout: 60_000 }, async () => {
		const folder = await temporaryFolder();
		const first = start(folder);
		const url = await first.ready;
		const second = start(folder);
		await expect(second.ready).rejects.toThrow('before it listened');
		expect(await second.ended).toBe(1);
		expect(second.lines).toEqual([
			expect.stringMatching(
				/^DATABASE_URL: "file:.+audena\.db" cannot be opened \(another server uses it; .+\)\. Allowed: .+\.$/,
			),
		]);
		expect((await fetch(`${url}/readyz`)).status).toBe(200);
	});

	it.each(['SIGTERM', 'SIGKILL'] as const)(
		'[Z3] takes over if it still waits when the first server has ended by %s',
		{ timeout: 60_000 },
		async (signal) => {
			const folder = await temporaryFolder();
			const first = start(folder);
			const url = await first.ready;
			const made = await fetch(`${url}/api/calls`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SALES' }),
			});
			const { call } = (await made.json()) as { call: Call };
			const second = start(folder);
			first.kill(signal);
			expect(await first.ended).toBe(signal === 'SIGTERM' ? 0 : null);
			const there = await fetch(`${await second.ready}/api/calls/${call.id}`);
			expect(((await there.json()) as { call: Call }).call).toMatchObject({ id: call.id, customerName: 'Ada' });
		},
	);
});
