import { NO_FAULTS, type Settings } from '#contract';
import { follow } from '../../stage/listener.ts';
import { area } from '../area.ts';
import { recorder } from './tools.ts';

/** Faults, each with the number of requests that the first attempt of a webhook makes. */
const REQUESTS = { doubled: 2, lost: 0, badSignature: 1, stale: 1 } as const;

/**
 * The speed divides all delays, so a first retry is due within a millisecond. `BUSY` multiplies by the speed, so the
 * webhooks of its call stay about 100 ms apart: each retry comes before the next webhook.
 */
const SPEED = 1_000;
const BUSY = { outcome: 'busy', delayMs: 100 * SPEED };

/** Records the frames that a tab receives under injected faults. Each call is busy, so each call has two webhooks. */
export const faults = area('feed/faults.json', async ({ server, life, book, exchange }) => {
	const tab = await follow(server);
	const record = recorder(server, book, tab);
	const settings = await server.read<Settings>('GET /api/provider/settings');
	const inject = async (fault: string): Promise<void> => {
		const body = { ...settings, speed: SPEED, faults: { ...NO_FAULTS, [fault]: 1 } };
		await server.read('PUT /api/provider/settings', { body });
		await record(`${fault}: on`, 'settings');
	};
	async function begin(fault: string): Promise<string> {
		await inject(fault);
		const call = await life.request({ scenario: BUSY });
		await record(`${fault}: requested`, 'changes');
		await life.accept(call);
		await record(`${fault}: accepted`, 'changes');
		return call.id;
	}
	for (const [fault, requests] of Object.entries(REQUESTS)) {
		const id = await begin(fault);
		for (const webhook of ['first', 'last']) {
			const due = await life.becomeDue(id);
			await record(`${fault}: the ${webhook} webhook, on purpose`, 'changes');
			for (let sent = 0; sent < requests; sent++) await life.webhooks.pass();
			const { state } = await life.settled(due);
			if (state === 'retrying') await life.next(id);
			await record(`${fault}: the ${webhook} webhook has come`, 'changes');
		}
		await exchange(`${fault}: the whole call`, `GET /api/calls/${id}`);
	}
	for (const fault of ['late', 'reordered']) {
		const id = await begin(fault);
		for (const webhook of ['first', 'second']) {
			const due = await life.becomeDue(id);
			const isLate = (await life.deliveries(id)).every(({ state, id }) => state === 'delivered' || id === due.id);
			if (isLate) await record(`${fault}: the ${webhook} webhook, on purpose`, 'changes');
			await life.webhooks.pass();
			await life.settled(due);
			if (!isLate) await record(`${fault}: the ${webhook} webhook has come`, 'changes');
		}
		await exchange(`${fault}: the whole call`, `GET /api/calls/${id}`);
	}
	tab.expectNoMore();
	tab.close();
});
