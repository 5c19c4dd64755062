import { NO_FAULTS } from '#contract';
import { openDatabase } from '#db/open.ts';
import type { Lane } from '#provider/outbox-claim.ts';
import { createOutboxStore } from '#provider/outbox-store.ts';
import { createOutbox } from '#provider/outbox.ts';
import { createHttpClient } from '#http/client.ts';
import { createSender } from '#provider/sender.ts';
import { createWorker, type Worker } from '#queue/worker.ts';
import { createJobStore, type Job } from '#server/jobs/store.ts';

/** The task of this process, which the parent passes as JSON. Several such processes work on one database file. */
export interface Task {
	what: 'jobs' | 'deliveries';
	url: string;
	secret: string;
	/** URL for webhooks that have none of their own. */
	ownUrl?: string;
	leaseMs?: number;
	/** If true, a claimed job never ends. */
	hangs?: boolean;
}
/** A message to the parent: the id of a row that this worker ran, or that the worker is ready. */
export type WorkerMessage = { ran: string } | { works: true };

const sendToParent = (message: WorkerMessage): void => void process.send?.(message);
const task = JSON.parse(process.argv[2] ?? '') as Task;
const database = openDatabase({ url: task.url, authToken: undefined });
let leases = 0;
const shared = {
	now: Date.now,
	onError(error: unknown): never {
		throw error;
	},
};

const http = createHttpClient();
const outboxOf = (lane: Lane): Worker =>
	createOutbox({
		...shared,
		store: createOutboxStore(database, lane),
		concurrency: 16,
		send: createSender({
			http,
			secrets: [task.secret],
			ownUrl: () => task.ownUrl ?? '',
			now: Date.now,
			timeoutMs: 10_000,
		}),
		onFault: () => Promise.resolve(),
		onSettled: (id) => sendToParent({ ran: id }),
		speed: () => 1,
		rates: () => NO_FAULTS,
		chance: Math.random,
	});

function start(): Pick<Worker, 'close'> {
	if (task.what === 'deliveries') {
		const lanes = [outboxOf('own'), outboxOf('foreign')];
		return {
			async close() {
				await Promise.all(lanes.map((lane) => lane.close()));
			},
		};
	}
	const store = createJobStore(database);
	return createWorker<Job>({
		...shared,
		store,
		newLease: () => `${process.pid}-${++leases}`,
		...(task.leaseMs === undefined ? {} : { leaseMs: task.leaseMs }),
		async run(job) {
			sendToParent({ ran: job.id });
			if (task.hangs) await new Promise(() => undefined);
			await store.done(job);
		},
	});
}

const worker = start();
sendToParent({ works: true });
process.on('message', () => {
	void worker.close().then(() => {
		database.close();
		process.disconnect();
	});
});
