import type { Head, Settings } from '#contract';
import { ending } from '../../stage/life.ts';
import { follow } from '../../stage/listener.ts';
import { until } from '../../stage/wait.ts';
import { area } from '../area.ts';
import { recorder } from './tools.ts';

const PATIENCE_MS = 10_000;
const DISPATCHES = 6;
/** Longer than every wait between two dispatches at speed 1,000. */
const RETRY_MS = 10;

/** Records the frames that a tab receives for one call of every outcome. */
export const lives = area(
	'feed/lives.json',
	async ({ server, life, book }) => {
		const tab = await follow(server);
		const record = recorder(server, book, tab);

		const asks: Record<string, object> = {
			...Object.fromEntries(
				['completed', 'busy', 'no-answer', 'failed', 'dropped', 'canceled'].map((outcome) => [
					outcome,
					{ scenario: ending(outcome), run: 'lives' },
				]),
			),
			'by its number': { phoneNumber: '+12025550152' },
			'by the dice': { workflow: 'REMINDER' },
			slow: { scenario: 'slow' },
		};
		for (const [name, ask] of Object.entries(asks)) {
			const call = await life.request(ask);
			await record(`${name}: requested`, 'changes');
			await life.accept(call);
			await record(`${name}: accepted`, 'changes');
			for (let now = call; now.status === 'PENDING';) {
				await life.next(call.id);
				now = await life.call(call.id);
				await record(`${name}: ${now.phase}`, 'changes');
			}
		}

		const settings = await server.read<Settings>('GET /api/provider/settings');
		await server.read('PUT /api/provider/settings', { body: { ...settings, speed: 1_000 } });
		await record('provider-unreachable: the provider is fast', 'settings');
		const refused = await life.request({ phoneNumber: '+12025550156' });
		await record('provider-unreachable: requested', 'changes');
		for (let sent = 1; sent <= DISPATCHES; sent++) {
			await life.dispatches.pass();
			await until('the event of the dispatch', async () => {
				const { events } = await server.read<{ events: object[] }>(`GET /api/calls/${refused.id}`);
				return events.length > sent;
			});
			server.clock.pass(RETRY_MS);
		}
		await record('provider-unreachable: given up', 'changes');
		await server.read('PUT /api/provider/settings', { body: settings });
		await record('provider-unreachable: as before', 'settings');

		const silent = await life.request({ scenario: ending('completed') });
		await record('no-report: requested', 'changes');
		await life.accept(silent);
		await record('no-report: accepted', 'changes');
		for (const { id } of await life.deliveries(silent.id)) await server.read(`POST /api/deliveries/${id}/cancel`);
		server.clock.pass(PATIENCE_MS + 41);
		await record('no-report: nothing was heard', 'changes');
		const { cursor } = await server.read<{ cursor: string }>('GET /api/calls');
		const head = await tab.next('head', (frame) => (frame as Head).cursor === cursor);
		book.add('the heartbeat', { frames: [{ head: server.names.value(head) }] });
		tab.expectNoMore();
		tab.close();
	},
	{ CALL_TIMEOUT_MS: String(PATIENCE_MS) },
);
