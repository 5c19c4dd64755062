import type { Database, Row, Statement } from '#db/database.ts';
import { GroupCommit } from '#db/group-commit.ts';
import { newId } from '#db/ids.ts';
import type { Command, Outcome } from './commands.ts';
import type { RowChange, State } from './ledger.ts';
import { planCommands } from './plan.ts';
import { positionFrom } from './reads.ts';
import {
	fromRow,
	type Position,
	READ_CALLS,
	READ_FEED,
	READ_RESPONSES,
	READ_DEAD,
	READ_JOBS,
	READ_RECEIPTS,
	statementsOf,
} from './rows.ts';

/** The changes of one transaction, published once, in commit order. */
export interface Committed {
	changes: RowChange[];
	/** The seq of the last change before these, as the transaction read it. */
	previous: number;
	position: Position;
	/** The calls that may have new events, even if nothing else about them changed. */
	touched: readonly string[];
}

export interface WriterDeps {
	database: Database;
	now(): number;
	/** Called after the commit, never before it. */
	onCommit(committed: Committed): void;
	/** Called after a commit that added or rescheduled jobs, to wake their worker. */
	onJobs(): void;
	/**
	 * Receives errors that the callbacks throw after a commit. The commit stays, and its callers get their results.
	 */
	onError(error: unknown): void;
}

export interface Writer {
	write(command: Command): Promise<Outcome>;
	/** Resolves when no command is waiting or being written. */
	settled(): Promise<void>;
}

/**
 * The only writer of calls. Executes commands in order of arrival. Commands that arrive together share one transaction,
 * which reads, decides (`planCommands`) and writes.
 */
export function createWriter({ database, now, onCommit, onJobs, onError }: WriterDeps): Writer {
	const guarded = (notify: () => void): void => {
		try {
			notify();
		} catch (error) {
			onError(error);
		}
	};
	const group = new GroupCommit<Command, Outcome>(
		async (commands) => {
			const reads: Statement[] = [[READ_FEED], ...readsOf(commands)];
			const { outcomes, changes, previous, position, jobs } = await database.transact(reads, ([feed = [], ...rows]) => {
				const planned = planCommands(commands, stateFrom(feed, rows), now(), newId);
				return { result: planned, statements: statementsOf(planned.steps, planned.position) };
			});
			guarded(() => onCommit({ changes, previous, position, touched: commands.flatMap(idOf) }));
			if (jobs) guarded(onJobs);
			return outcomes;
		},
		{ most: CALLS_MAX, weigh: weightOf },
	);
	return { write: (command) => group.add(command), settled: () => group.settled() };
}

/** How many calls one transaction creates or changes. The limit bounds how long readers wait. */
const CALLS_MAX = 256;

/** Returns the weight of a command in a transaction: the number of its calls. */
function weightOf(command: Command): number {
	if (command.do === 'create-many') return command.requests.length;
	return 'ids' in command ? command.ids.length : 1;
}

function idOf(command: Command): string[] {
	if (command.do === 'clear') return [];
	if (command.do === 'create-many') return command.requests.map(({ id }) => id);
	if ('ids' in command) return [...command.ids];
	return [command.do === 'report' ? command.report.callId : command.id];
}

/** Reads the rows that the commands of a group need, in the order in which `stateFrom` takes them. */
function readsOf(commands: readonly Command[]): Statement[] {
	const keys: Record<'calls' | 'dead' | 'receipts' | 'jobs' | 'responses', string[]> = {
		calls: [],
		dead: [],
		receipts: [],
		jobs: [],
		responses: [],
	};
	for (const command of commands) {
		if (command.do === 'report') {
			keys.calls.push(command.report.callId);
			keys.dead.push(command.report.callId);
			keys.receipts.push(command.webhookId);
		} else if ('ids' in command) {
			keys.calls.push(...command.ids);
		} else if (command.do !== 'create' && command.do !== 'create-many' && command.do !== 'clear')
			keys.calls.push(command.id);
		if ('job' in command) keys.jobs.push(command.job.id);
		if ((command.do === 'create' || command.do === 'create-many') && command.idempotencyKey)
			keys.responses.push(command.idempotencyKey.id);
	}
	return [
		[READ_CALLS, JSON.stringify(keys.calls)],
		[READ_DEAD, JSON.stringify(keys.dead)],
		[READ_RECEIPTS, JSON.stringify(keys.receipts)],
		[READ_JOBS, JSON.stringify(keys.jobs)],
		[READ_RESPONSES, JSON.stringify(keys.responses)],
	];
}

function stateFrom(
	feed: Row[],
	[calls = [], dead = [], receipts = [], jobs = [], responses = []]: readonly Row[][],
): State {
	return {
		position: positionFrom(feed),
		calls: new Map(calls.map(fromRow).map((call) => [call.id, call])),
		dead: new Set(dead.map(({ callId }) => String(callId))),
		seen: new Set(receipts.map(({ id }) => String(id))),
		responses: new Map(
			responses.map(({ id, bodyHash, answer }) => [
				String(id),
				{ bodyHash: String(bodyHash), response: String(answer) },
			]),
		),
		jobs: new Map(
			jobs.map(({ id, lease, asked }) => [
				String(id),
				{ lease: lease === null ? null : String(lease), asked: asked === 1 },
			]),
		),
	};
}
