import { v7 } from 'uuid';
import type { Database, Row, Statement } from '#db/database.ts';
import { GroupCommit } from '#db/group-commit.ts';
import type { Command, Outcome } from './commands.ts';
import type { RowChange, State } from './ledger.ts';
import { planCommands } from './plan.ts';
import { positionFrom } from './reads.ts';
import {
	fromRow,
	type Position,
	READ_CALLS,
	READ_FEED,
	READ_ANSWERS,
	READ_DEAD,
	READ_JOBS,
	READ_RECEIPTS,
} from './rows.ts';

/** What was committed together, told once, in the order of the commits. */
export interface Committed {
	changes: RowChange[];
	/** The seq of the last change before these, as the transaction read it. */
	previous: number;
	position: Position;
	/** The calls that may have new entries on their timelines, also where nothing else of them changed. */
	touched: readonly string[];
}

export interface WriterDeps {
	database: Database;
	now(): number;
	/** After the commit, and only then. */
	onCommit(committed: Committed): void;
	/** New rows for the jobs' worker were committed. */
	onJobs(): void;
	/** What went wrong after a commit: it stays committed, and its callers get their answers. */
	onError(error: unknown): void;
}

export interface Writer {
	write(command: Command): Promise<Outcome>;
	/** Resolves when nothing waits to be written. */
	settled(): Promise<void>;
}

/**
 * The one writer of calls: takes commands in order of arrival, and commits those that arrive together in one
 * transaction that reads, decides (`planCommands`) and writes.
 */
export function createWriter({ database, now, onCommit, onJobs, onError }: WriterDeps): Writer {
	const guarded = (tell: () => void): void => {
		try {
			tell();
		} catch (error) {
			onError(error);
		}
	};
	const group = new GroupCommit<Command, Outcome>(async (commands) => {
		const { outcomes, changes, previous, position, jobs } = await database.transact(readsFor(commands), (rows) => {
			const planned = planCommands(commands, stateFrom(rows), now(), v7);
			return { result: planned, statements: planned.statements };
		});
		guarded(() => onCommit({ changes, previous, position, touched: commands.flatMap(idOf) }));
		if (jobs) guarded(onJobs);
		return outcomes;
	}, weightOf);
	return { write: (command) => group.add(command), settled: () => group.settled() };
}

/** Many calls at once weigh what each would, so that readers wait for no more than one such command. */
function weightOf(command: Command): number {
	if (command.do === 'create-many') return command.wanted.length;
	return command.do === 'retire' ? command.ids.length : 1;
}

function idOf(command: Command): string[] {
	if (command.do === 'clear') return [];
	if (command.do === 'create-many') return command.wanted.map(({ id }) => id);
	if (command.do === 'retire') return [...command.ids];
	return [command.do === 'report' ? command.report.callId : command.id];
}

function readsFor(commands: readonly Command[]): Statement[] {
	const ids: string[] = [];
	const webhookIds: string[] = [];
	const reported: string[] = [];
	const jobIds: string[] = [];
	const onceIds: string[] = [];
	for (const command of commands) {
		if (command.do === 'report') {
			ids.push(command.report.callId);
			reported.push(command.report.callId);
			webhookIds.push(command.webhookId);
		} else if (command.do === 'retire') {
			ids.push(...command.ids);
		} else if (command.do !== 'create' && command.do !== 'create-many' && command.do !== 'clear') ids.push(command.id);
		if ('job' in command) jobIds.push(command.job.id);
		if ((command.do === 'create' || command.do === 'create-many') && command.once) onceIds.push(command.once.id);
	}
	return [
		[READ_FEED],
		[READ_CALLS, JSON.stringify(ids)],
		[READ_RECEIPTS, JSON.stringify(webhookIds)],
		[READ_JOBS, JSON.stringify(jobIds)],
		[READ_ANSWERS, JSON.stringify(onceIds)],
		[READ_DEAD, JSON.stringify(reported)],
	];
}

function stateFrom([feed = [], calls = [], receipts = [], jobs = [], answers = [], dead = []]: Row[][]): State {
	return {
		position: positionFrom(feed),
		calls: new Map(calls.map((row) => [String(row.id), fromRow(row)])),
		dead: new Set(dead.map((row) => String(row.callId))),
		seen: new Set(receipts.map((row) => String(row.id))),
		answers: new Map(
			answers.map((row) => [String(row.id), { bodyHash: String(row.bodyHash), answer: String(row.answer) }]),
		),
		jobs: new Map(
			jobs.map((row) => [
				String(row.id),
				{ lease: row.lease === null ? null : String(row.lease), asked: row.asked === 1 },
			]),
		),
	};
}
