import type { CallQuery } from '#contract';
import { prismaOver } from '#db/prisma.ts';
import { createCallReads } from '#server/calls/reads.ts';
import { atMost, rowsOf, type Section } from '#bench/report.ts';
import type { Options } from './options.ts';
import { withHistory } from './stage.ts';

const FIGURES = ['slowest answer ms', 'longest turn ms'] as const;
type Sample = Record<(typeof FIGURES)[number], number>;

/** Longest allowed turn of the event loop, and longest allowed answer, in milliseconds. */
const [TURN_MS, ANSWER_MS] = [20, 120];

/** Every combination of filters and search: how long it takes, and how long it holds the event loop. */
export async function measureBounds({ sizes }: Options): Promise<Section[]> {
	const sections: Section[] = [];
	for (const size of sizes)
		sections.push(
			await withHistory(size, async (database) => {
				const prisma = await prismaOver(database);
				const reads = createCallReads(database, prisma, Date.now);
				const worst = { answer: { ms: 0, of: '' }, turn: { ms: 0, of: '' } };
				let count = 0;
				await reads.list({}); // compiled
				for (const query of combinations(Date.now())) {
					const { answerMs, turnMs } = await probed(() => reads.list(query));
					const of = JSON.stringify(query);
					if (answerMs > worst.answer.ms) worst.answer = { ms: answerMs, of };
					if (turnMs > worst.turn.ms) worst.turn = { ms: turnMs, of };
					count++;
				}
				await prisma.$disconnect();
				const sample: Sample = { 'slowest answer ms': worst.answer.ms, 'longest turn ms': worst.turn.ms };
				return {
					title: `${size} calls: ${count} combinations of filters and search`,
					rows: rowsOf<keyof Sample>(new Map([['product', [sample]]]), FIGURES),
					goals: [
						atMost(`longest turn beside ${TURN_MS} ms`, worst.turn.ms / TURN_MS, 1),
						atMost(`slowest answer beside ${ANSWER_MS} ms`, worst.answer.ms / ANSWER_MS, 1),
					],
					notes: [`Slowest: ${worst.answer.of}; longest turn: ${worst.turn.of}.`],
				};
			}),
		);
	return sections;
}

/** Runs `work` while every turn of the event loop is timed. */
async function probed(work: () => Promise<unknown>): Promise<{ answerMs: number; turnMs: number }> {
	await new Promise(setImmediate);
	const start = performance.now();
	let [last, turnMs, on] = [start, 0, true];
	const turn = (): void => {
		const now = performance.now();
		turnMs = Math.max(turnMs, now - last);
		last = now;
		if (on) setImmediate(turn);
	};
	setImmediate(turn);
	await work();
	const answerMs = performance.now() - start;
	on = false;
	await new Promise(setImmediate);
	return { answerMs, turnMs: Math.max(turnMs, 0) };
}

/** The filters crossed with each other and with searches; a day of the middle among the ranges. */
function* combinations(now: number): Generator<CallQuery> {
	const day = (ago: number): string => new Date(now - ago * 86_400_000).toISOString();
	const ranges = [{}, { from: day(46), to: day(45) }, { to: day(45) }];
	const orders = [{}, { order: 'oldest' as const }];
	for (const range of ranges)
		for (const order of orders)
			for (const status of [undefined, ['PENDING'], ['FAILED']] as CallQuery['status'][])
				for (const workflow of [undefined, ['SALES']] as CallQuery['workflow'][])
					for (const outcome of [undefined, ['completed'], ['no-report']] as CallQuery['outcome'][])
						for (const q of [undefined, 'mar', '49', 'zq', 'Ada Berg', '+49', 'nobody at all'])
							yield {
								...range,
								...order,
								...(status && { status }),
								...(workflow && { workflow }),
								...(outcome && { outcome }),
								...(q !== undefined && { q }),
							};
}
