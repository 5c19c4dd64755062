import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { io } from 'socket.io-client';
import type { Call, Changes } from '#contract';

/**
 * `npm run bench`: measures the time from sending `POST /api/calls` to the `created` change on a socket, on an idle
 * server. The built server runs in its own process (`npm run build` first). One request at a time, with a pause
 * between.
 */
const CALLS = 300;
const WARM_UP = 50;
const PAUSE_MS = 15;

const folder = mkdtempSync(join(tmpdir(), 'audena-bench-'));
const server = spawn(process.execPath, ['build/main.js'], {
	env: {
		...process.env,
		...{ PORT: '0', LOG_LEVEL: 'info', DATABASE_URL: `file:${join(folder, 'bench.db')}` },
		// The provider sends nothing during the measurement.
		...{ PROVIDER_DELAY_MS_MIN: '3600000', PROVIDER_DELAY_MS_MAX: '3600000' },
	},
	stdio: ['ignore', 'pipe', 'inherit'],
});

async function address(): Promise<string> {
	for await (const line of createInterface({ input: server.stdout })) {
		const found = /^Audena Call Simulator: (\S+)$/.exec(line)?.[1];
		if (found !== undefined) return found.replace('localhost', '127.0.0.1');
	}
	throw new Error('The server did not start. Run `npm run build` first.');
}

const quantile = (sorted: readonly number[], q: number): number =>
	sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]!;
const ms = (value: number): string => `${value.toFixed(2)} ms`;

try {
	const url = await address();
	const socket = io(url, { transports: ['websocket'] });
	const received = new Map<string, number>();
	let heard: (() => void) | undefined;
	socket.on('changes', ({ changes }: Changes) => {
		const at = performance.now();
		for (const change of changes) if (change.type === 'created') received.set(change.call.id, at);
		heard?.();
	});
	await new Promise((resolve) => socket.once('sync', resolve));

	const toPush: number[] = [];
	const toAnswer: number[] = [];
	for (let i = 0; i < WARM_UP + CALLS; i++) {
		const sent = performance.now();
		const response = await fetch(`${url}/api/calls`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ customerName: `Bench ${i}`, phoneNumber: '+12025550100', workflow: 'SALES' }),
		});
		const { call } = (await response.json()) as { call: Call };
		const answered = performance.now();
		while (!received.has(call.id)) await new Promise<void>((resolve) => (heard = resolve));
		if (i >= WARM_UP) {
			toPush.push(received.get(call.id)! - sent);
			toAnswer.push(answered - sent);
		}
		await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
	}
	socket.disconnect();

	console.log(
		`From POST /api/calls sent, ${CALLS} calls one at a time; Node ${process.version}, ${cpus().length} cores`,
	);
	for (const [what, times] of [
		['to the `created` change received', toPush],
		['to the answer received', toAnswer],
	] as const) {
		const sorted = times.toSorted((a, b) => a - b);
		console.log(
			`  ${what}: median ${ms(quantile(sorted, 0.5))}, p95 ${ms(quantile(sorted, 0.95))}, p99 ${ms(quantile(sorted, 0.99))}`,
		);
	}
} finally {
	server.kill('SIGTERM');
	await once(server, 'exit');
	rmSync(folder, { recursive: true, force: true });
}
