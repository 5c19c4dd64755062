import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright';
import { CHROMIUM_ARGS, findChromium } from '#tests/support/chromium.ts';

/**
 * `npm run screenshot`: takes the README's screenshots of the built dashboard with a few calls, some of them running.
 */
const CALLS: [customerName: string, phoneNumber: string, workflow: string, scenario: unknown][] = [
	['Hamish MacAllister', '+442079460112', 'SALES', 'completed'],
	['Misaki Satō', '+81355550131', 'SUPPORT', 'completed'],
	['Γιώργος Παπαδόπουλος', '+302155550155', 'SUPPORT', 'completed'],
	['Maximiliane von Hohenstein-Altenried', '+43155550177', 'SALES', 'failed'],
	['أمينة بنعلي', '+212522550146', 'REMINDER', 'completed'],
	['Thandiwe Nkosi', '+27115550190', 'SUPPORT', 'canceled'],
	['Łukasz Wójcik', '+48225550173', 'SUPPORT', 'completed'],
	['Jean-Baptiste Lefèvre', '+33199005501', 'SALES', 'completed'],
	['Priya Raghunathan', '+912255500184', 'SUPPORT', 'busy'],
	['Олена Шевченко', '+380445550119', 'SALES', 'completed'],
	['Siobhán O’Reilly', '+353209150142', 'REMINDER', 'no-answer'],
	['María José Ibáñez', '+34910550138', 'SUPPORT', 'completed'],
];
const RUNNING: typeof CALLS = [
	['Chukwuemeka Okafor', '+2348035550147', 'SALES', { outcome: 'no-answer', delayMs: 14_000 }],
	['Aylin Demir', '+493023125017', 'SUPPORT', { outcome: 'completed', delayMs: 9_000, talkMs: 5_500 }],
];

const folder = mkdtempSync(join(tmpdir(), 'audena-picture-'));
const server = spawn(process.execPath, ['build/main.js'], {
	env: { ...process.env, PORT: '0', LOG_LEVEL: 'warn', DATABASE_URL: `file:${join(folder, 'picture.db')}` },
	stdio: ['ignore', 'pipe', 'inherit'],
});
const executablePath = findChromium();
const browser = await chromium.launch({ args: CHROMIUM_ARGS, ...(executablePath === null ? {} : { executablePath }) });
try {
	let url = '';
	for await (const line of createInterface({ input: server.stdout })) {
		url = /^Audena Call Simulator: (\S+)$/.exec(line)?.[1] ?? '';
		if (url !== '') break;
	}
	const place = async ([customerName, phoneNumber, workflow, scenario]: (typeof CALLS)[number]): Promise<void> => {
		const body = JSON.stringify({ customerName, phoneNumber, workflow, scenario });
		const response = await fetch(`${url}/api/calls`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body,
		});
		if (!response.ok) throw new Error(await response.text());
	};
	for (const call of CALLS) await place(call);
	const page = await browser.newPage({
		viewport: { width: 1440, height: 860 },
		deviceScaleFactor: 1,
		locale: 'en-GB',
		timezoneId: 'Europe/Berlin',
	});
	await page.goto(url);
	const pending = page.getByRole('row').filter({ hasText: 'Pending' });
	await pending.first().waitFor({ state: 'detached' });
	for (const call of RUNNING) await place(call);
	await page.getByRole('row').filter({ hasText: 'Talking' }).waitFor();
	for (const colorScheme of ['light', 'dark'] as const) {
		await page.emulateMedia({ colorScheme });
		await page.getByRole('button', { name: /^Connection: ?Live/ }).waitFor();
		await page.screenshot({ path: `docs/images/dashboard-${colorScheme}.png` });
	}
} finally {
	await browser.close();
	server.kill('SIGTERM');
	await once(server, 'exit');
	rmSync(folder, { recursive: true, force: true });
}
