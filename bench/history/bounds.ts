import type { CallQuery } from '#contract';
import { openFile } from '#db/file.ts';
import { prismaOver } from '#db/prisma.ts';
import { createCallReads } from '#server/calls/reads.ts';
import { summarise } from '#bench/measure/stats.ts';
import { watchTurns } from '#bench/measure/turns.ts';
import { rowsOf, within, type Section } from '#bench/report.ts';
import type { Histories } from './histories.ts';
import type { Options } from './options.ts';

const FIGURES = ['slowest answer ms', 'longest turn ms'] as const;
type Sample = Record<(typeof FIGURES)[number], number>;

/** Longest allowed turn of the event loop, and longest allowed answer, in milliseconds. */
const [TURN_MS, ANSWER_MS] = [20, 120];

/** Every combination of filters and search: how long it takes, and how long it holds the event loop. */
export async function measureBounds({ sizes }: Options, histories: Histories): Promise<Section[]> {
	const sections: Section[] = [];
	for (const size of sizes)
		sections.push(
			await histories.copies([size], async (path = '') => {
				const database = openFile(path);
				const prisma = await prismaOver(database);
				const reads = createCallReads(database, prisma, Date.now);
				const once = new Worst();
				const thrice = new Worst();
				let count = 0;
				await reads.list({}); // compiled
				for (const query of combinations(Date.now())) {
					const probe = (): Promise<Probed> => probed(() => reads.list(query));
					const first = await probe();
					const of = JSON.stringify(query);
					once.take(first, of);
					const slow = first.answerMs > ANSWER_MS || first.turnMs > TURN_MS;
					thrice.take(slow ? middleOf([first, await probe(), await probe()]) : first, of);
					count++;
				}
				await prisma.$disconnect();
				database.close();
				const samples = new Map([
					['asked once', [once.sample()]],
					['the middle of three, where it was slow', [thrice.sample()]],
				]);
				return {
					title: `${size} calls: ${count} combinations of filters and search`,
					rows: rowsOf<keyof Sample>(samples, FIGURES),
					goals: [
						within('longest turn', thrice.turn.ms, TURN_MS, 'ms'),
						within('slowest answer', thrice.answer.ms, ANSWER_MS, 'ms'),
					],
					notes: [`Slowest of three: ${thrice.answer.of}; longest turn of three: ${thrice.turn.of}.`],
				};
			}),
		);
	return sections;
}

interface Probed {
	answerMs: number;
	turnMs: number;
}

/** The worst of many questions, and which they were. */
class Worst {
	readonly answer = { ms: 0, of: '' };
	readonly turn = { ms: 0, of: '' };

	take({ answerMs, turnMs }: Probed, of: string): void {
		if (answerMs > this.answer.ms) Object.assign(this.answer, { ms: answerMs, of });
		if (turnMs > this.turn.ms) Object.assign(this.turn, { ms: turnMs, of });
	}

	sample(): Sample {
		return { 'slowest answer ms': this.answer.ms, 'longest turn ms': this.turn.ms };
	}
}

/** What the machine did once falls away; what the question does stays. */
const middleOf = (probes: readonly Probed[]): Probed => ({
	answerMs: summarise(probes.map(({ answerMs }) => answerMs)).median,
	turnMs: summarise(probes.map(({ turnMs }) => turnMs)).median,
});

/** Runs `work` while every turn of the event loop is timed. */
async function probed(work: () => Promise<unknown>): Promise<Probed> {
	await new Promise(setImmediate);
	const start = performance.now();
	const turns = watchTurns();
	await work();
	const answerMs = performance.now() - start;
	return { answerMs, turnMs: (await turns()).longest };
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
