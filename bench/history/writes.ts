import { setImmediate as turn } from 'node:timers/promises';
import { v7 } from 'uuid';
import type { ProviderReport } from '#contract';
import { openFile } from '#db/file.ts';
import { openBare } from '#bench/support/bare.ts';
import { newCall } from '#bench/support/http-line.ts';
import { drive } from '#bench/support/measure.ts';
import { openCalls } from '#bench/support/product.ts';
import { compare, printGoal } from '#bench/support/report.ts';
import type { Setup } from '#bench/support/setup.ts';

const SIDES = ['bare', 'product'] as const;
const CALLERS = 32;
const CALL = { ...newCall(0), scheduledAt: null };
const CHECKPOINT = 'PRAGMA wal_checkpoint(PASSIVE)';

/** Writes that are committed when they resolve. */
interface Writer {
	create(): Promise<{ id: string }>;
	report(webhookId: string, report: ProviderReport): Promise<unknown>;
}

/**
 * Compares the product's creates and webhook commits with the raw driver, which uses a transaction for each. There is
 * no search index and no tab.
 */
export async function writes({ sizes, rounds, times, copy }: Setup): Promise<void> {
	for (const size of sizes)
		for (const synchronous of ['FULL', 'NORMAL'] as const) {
			await using bareCopy = await copy(size);
			await using productCopy = await copy(size);
			const bare = openBare(bareCopy.path, synchronous);
			const database = openFile(productCopy.path, undefined, synchronous);
			const calls = openCalls(database);
			const writers: Record<(typeof SIDES)[number], Writer> = {
				bare: {
					create: () => inTurn(() => bare.create(CALL)),
					report: (webhookId, report) => inTurn(() => bare.report(webhookId, report)),
				},
				product: { create: () => calls.create(CALL), report: calls.report },
			};
			const measure = (what: string, work: (writer: Writer) => ReturnType<typeof drive>) =>
				compare(
					`${size} calls, ${synchronous}: ${what}`,
					{ sides: SIDES, rounds, warmUp: true, peer: SIDES[0] },
					async (side) => {
						// Checkpoints the write-ahead log, so that no sample does the work of the sample before.
						bare.all(CHECKPOINT);
						await database.all(CHECKPOINT);
						return work(writers[side]);
					},
				);

			const creates = await measure(`creates by ${CALLERS} callers`, (writer) =>
				drive(CALLERS, CALLERS * times, writer.create),
			);
			const rate = creates.ratio('product', 'bare', 'a second');
			if (synchronous === 'NORMAL') {
				printGoal('creates a second, NORMAL', rate, '≥ 7 ×');
				printGoal('CPU per create, NORMAL', creates.ratio('product', 'bare', 'CPU µs each'), '≤ 0.3 ×');
			} else {
				printGoal('creates a second, FULL', rate, '≥ 12 ×');
				const lone = await measure('creates by a lone caller', (writer) => drive(1, 10 * times, writer.create));
				printGoal('p50 of a lone create, FULL', lone.ratio('product', 'bare', 'p50 ms'), '≤ 1.3 ×');
			}
			const reports = await measure(`creates and webhooks by ${CALLERS} callers`, (writer) => reportAll(writer, times));
			const reported = reports.ratio('product', 'bare', 'a second');
			printGoal(`webhook commits a second, ${synchronous}`, reported, synchronous === 'FULL' ? '≥ 9 ×' : '≥ 6 ×');
			bare.close();
			database.close();
		}
}

/** Runs a write, then waits for one turn of the event loop, as a caller over a network would. */
async function inTurn<T>(write: () => T): Promise<T> {
	const result = write();
	await turn();
	return result;
}

/**
 * Reports for each call that it rings, then that it ends. Only the end moves the counters. All calls ring before the
 * first call ends.
 */
async function reportAll(writer: Writer, times: number): ReturnType<typeof drive> {
	const total = CALLERS * times;
	const ids: string[] = [];
	await drive(CALLERS, total / 2, async () => ids.push((await writer.create()).id));
	const webhookIds = Array.from({ length: total }, () => `msg_${v7().replaceAll('-', '')}`);
	return drive(CALLERS, total, (i) => {
		const callId = ids[i % ids.length]!;
		const report = { callId, providerId: `sim_${callId}`, occurredAt: new Date().toISOString() };
		return writer.report(
			webhookIds[i]!,
			i < ids.length
				? { ...report, status: 'PENDING', phase: 'RINGING', sequence: 1 }
				: { ...report, status: 'COMPLETED', phase: 'ENDED', outcome: 'completed', sequence: 2, durationMs: 1_000 },
		);
	});
}
