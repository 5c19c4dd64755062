import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '#tests/support/app.ts';
import { environment, request, startProcess, startServer, type Exit } from '#tests/support/process.ts';
import { startReceiver } from '#tests/support/receiver.ts';
import { openFollowingTab } from '#tests/support/tab.ts';

describe('a stop signal', () => {
	it.each(['SIGTERM', 'SIGINT'] as const)(
		'[K11] %s ends the server soon with exit code 0, with open calls and tabs',
		async (signal) => {
			const server = await startServer(await environment());
			const url = await server.url;
			const tab = await openFollowingTab({ url });
			await request(url);
			await tab.until(() => tab.changes().some((change) => 'call' in change && change.call.providerId !== null));
			const at = performance.now();
			const { code, stderr } = await server.kill(signal);
			expect([code, stderr]).toEqual([0, '']);
			expect(performance.now() - at).toBeLessThan(10_000);
		},
	);

	it('[K12] ends the server within ten seconds, even if a provider never responds and a client never reads', async () => {
		const silent = await startReceiver(() => undefined);
		const server = await startServer(await environment({ PROVIDER_URL: silent.url }));
		const url = await server.url;
		await request(url);
		await silent.received(1);
		const hanging = fetch(`${url}/api/calls`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{')) }),
			// Node requires `duplex` if the body is a stream, but the types of fetch lack this option.
			...({ duplex: 'half' } as RequestInit),
		}).catch((error: unknown) => error);
		const at = performance.now();
		const { code } = await server.kill('SIGTERM');
		expect(code).toBe(0);
		expect(performance.now() - at).toBeLessThan(10_000);
		expect(await hanging).toBeInstanceOf(Error);
	});
});

/** Expects one line on standard error that names the variable, no other output, and exit code 1. */
function expectRefusal({ code, stderr, stdout }: Exit, name: string, value: string): void {
	expect(stderr.trimEnd().split('\n')).toHaveLength(1);
	expect(stderr).toMatch(new RegExp(`^${name}: `));
	expect(stderr).toContain(value);
	expect(stderr).toContain('Allowed: ');
	expect([code, stdout]).toEqual([1, '']);
}

describe('a start that cannot succeed', () => {
	const start = async (over: Record<string, string>, cwd?: string): Promise<Exit> =>
		(await startProcess('src/server/main.ts', await environment(over), cwd)).exit;

	it('[K15] ends with exit code 1 and one line that names a wrong variable', async () => {
		const wrong = { PORT: '65536', TRUST_PROXY: 'perhaps' }; // src/server/config.test.ts tests every variable
		await Promise.all(
			Object.entries(wrong).map(async ([name, value]) => expectRefusal(await start({ [name]: value }), name, value)),
		);
	});

	it('[K16] reads .env in the working directory, and a variable that is already set wins', async () => {
		const folder = await temporaryFolder();
		await writeFile(join(folder, '.env'), 'PORT=1\nPROVIDER_SPEED=fast\nLOG_LEVEL=loud\n');
		const [read, set] = await Promise.all([start({}, folder), start({ PROVIDER_SPEED: 'faster' }, folder)]);
		expectRefusal(read, 'PROVIDER_SPEED', 'fast');
		expectRefusal(set, 'PROVIDER_SPEED', 'faster');
	});

	it('[K17] ends with one line for a taken port, a foreign address or a database that cannot be opened', async () => {
		const other = createServer();
		await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
		onTestFinished(() => void other.close());
		const port = String((other.address() as AddressInfo).port);
		const folder = await temporaryFolder();
		await writeFile(join(folder, 'text.db'), 'This is no database, and long enough to be read as one. '.repeat(100));
		await writeFile(join(folder, 'file'), '');
		const cases: [name: string, value: string][] = [
			['PORT', port],
			['HOST', '192.0.2.1'],
			['DATABASE_URL', `file:${join(folder, 'text.db')}`],
			['DATABASE_URL', `file:${join(folder, 'file', 'audena.db')}`],
		];
		await Promise.all(
			cases.map(async ([name, value]) =>
				expectRefusal(await (await startServer(await environment({ [name]: value }))).exit, name, value),
			),
		);
	});

	it('[K18] waits for another server of the file to leave, then ends with one line that says why', async () => {
		const env = await environment();
		const first = await startServer(env);
		await first.url;
		const refused = startServer(env);
		expectRefusal(await (await refused).exit, 'DATABASE_URL', env.DATABASE_URL!);
		const patient = await startServer(env);
		await first.kill('SIGTERM');
		await patient.url;
	});
});
