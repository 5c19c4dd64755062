import { ending, FAR } from '../../stage/life.ts';
import { follow } from '../../stage/listener.ts';
import { area } from '../area.ts';
import { recorder } from './tools.ts';

const ASK = { customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SALES', scheduledAt: FAR };

/** Records the frames that a tab receives when an operator creates, cancels, corrects and deletes calls. */
export const edits = area('feed/edits.json', async ({ server, life, book }) => {
	const tab = await follow(server);
	const record = recorder(server, book, tab);
	const patch = (id: string, status: string): Promise<unknown> =>
		server.read(`PATCH /api/calls/${id}`, { body: { status } });

	await server.read('POST /api/calls/batch', { body: { calls: [ASK, { ...ASK, run: 'a' }, { ...ASK, run: 'b' }] } });
	await record('a batch', 'changes');
	const soon = new Date(server.clock.now() + 50).toISOString();
	const scheduled = await life.request({ scheduledAt: soon, scenario: ending('busy') });
	await record('scheduled', 'changes');
	server.clock.pass(50);
	await record('scheduled: its time has come', 'changes');
	await life.accept(scheduled);
	await record('scheduled: accepted', 'changes');
	await server.read(`POST /api/calls/${scheduled.id}/cancel`);
	await record('scheduled: canceled', 'changes');
	await life.webhooks.pass(); // the provider's last webhook, which changes nothing

	const { id } = await life.request({ scheduledAt: FAR, run: 'a' });
	await record('by hand: requested', 'changes');
	await patch(id, 'PENDING');
	await patch(id, 'COMPLETED');
	await record('by hand: ended', 'changes');
	await patch(id, 'FAILED');
	await record('by hand: corrected', 'changes');

	const running = await life.request({ scenario: ending('completed') });
	await record('running: requested', 'changes');
	await life.accept(running);
	await record('running: accepted', 'changes');
	await life.next(running.id);
	await record('running: INITIATED', 'changes');
	await server.ask(`DELETE /api/calls/${running.id}`);
	await record('running: deleted', 'changes');

	for (const [what, query] of Object.entries({
		'one by a filter': '?run=a&status=PENDING',
		'several by a filter': '?q=ada',
	})) {
		await server.ask(`DELETE /api/calls${query}`);
		await record(`cleared: ${what}`, 'changes');
	}
	for (const run of ['a', 'b']) {
		await life.request({ scheduledAt: FAR, run });
		await record(`of the run ${run}`, 'changes');
	}
	await server.ask('DELETE /api/calls?run=a');
	await record('cleared: a run', 'changes');
	await server.ask('DELETE /api/calls');
	await record('cleared: everything', 'changes');
	tab.expectNoMore();
	tab.close();
});
