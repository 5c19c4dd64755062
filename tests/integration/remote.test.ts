import { describe, expect, it } from 'vitest';
import { startApp } from '#tests/support/app.ts';
import { startHranaStandIn } from '#tests/support/hrana-stand-in.ts';
import { startPages, textOf } from '#tests/support/pages.ts';

describe('the server on a database over the network', () => {
	it(
		'[DB28] completes calls that are created together, and waits for another writer',
		{ timeout: 120_000 },
		async () => {
			const { url } = await startHranaStandIn();
			const app = await startApp({ TURSO_DATABASE_URL: url });
			const calls = await Promise.all(Array.from({ length: 12 }, () => app.create()));
			await expect
				.poll(async () => (await app.list('?status=COMPLETED')).calls.length, { timeout: 90_000 })
				.toBe(calls.length);
		},
	);

	it('[DB30] returns 503 for a create whose commit’s response is lost, and says that it may have been done', async () => {
		const server = await startHranaStandIn();
		const app = await startApp({ TURSO_DATABASE_URL: server.url });
		server.cutAfter(/INSERT INTO "Call"/);
		await app.create(); // cut before the commit: attempted again
		const far = new Date(Date.now() + 3_600_000).toISOString();
		const wanted = { customerName: 'Bo', phoneNumber: '+12025550100', workflow: 'SALES', scheduledAt: far };
		server.cutAfterCommitOf(/INSERT INTO "Call"/);
		const key = { 'idempotency-key': 'once' };
		const lost = await app.api<{ code: string; detail: string }>('POST', '/api/calls', wanted, key);
		expect([lost.status, lost.body.code]).toEqual([503, 'database_unavailable']);
		expect(lost.body.detail).toMatch(/may have succeeded/);
		const repeated = await app.api('POST', '/api/calls', wanted, key);
		expect(repeated.headers.get('idempotent-replayed')).toBe('true');
		expect((await app.list('?q=bo')).calls).toHaveLength(1);
	});

	it('[DB30] the page says after such a create that the call may have been placed', async () => {
		const server = await startHranaStandIn();
		const app = await startPages({ TURSO_DATABASE_URL: server.url });
		server.cutAfterCommitOf(/INSERT INTO "Call"/);
		const form = new URLSearchParams({
			customerName: 'Bo',
			phoneNumber: '+12025550100',
			workflow: 'SALES',
			when: 'now',
		});
		const response = await fetch(`${app.url}/?/create`, {
			method: 'POST',
			headers: { accept: 'text/html', origin: app.url },
			body: form,
		});
		expect(response.status).toBe(503);
		expect(textOf(await response.text())).toContain(
			'The call may have been placed. Check the list before you place it again.',
		);
	});

	it(
		'[DB31] is not ready while the database does not respond, and works again afterwards',
		{ timeout: 120_000 },
		async () => {
			const server = await startHranaStandIn();
			const app = await startApp({ TURSO_DATABASE_URL: server.url });
			expect((await app.api('GET', '/readyz')).status).toBe(200);
			server.hangAt(/./);
			expect((await app.api('GET', '/readyz')).status).toBe(503);
			server.hangAt(null);
			const wanted = { customerName: 'Bo', phoneNumber: '+12025550100', workflow: 'SALES' };
			// A statement sent shortly before still waits for its five seconds.
			const made = async (): Promise<number> => (await app.api('POST', '/api/calls', wanted)).status;
			await expect.poll(made, { timeout: 40_000 }).toBe(201);
			await expect.poll(async () => (await app.api('GET', '/readyz')).status, { timeout: 20_000 }).toBe(200);
		},
	);
});
