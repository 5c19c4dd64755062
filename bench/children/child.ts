import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Answer, Common, Methods, Question } from './answers.ts';

type Argument<M> = M extends (argument: infer A) => unknown ? ([unknown] extends [A] ? undefined : A) : never;
type Result<M> = M extends (argument: never) => infer R ? Awaited<R> : never;

/** A started process of the benchmark that answers questions. */
export interface Child<M extends Methods> {
	ask<Name extends keyof (M & Common) & string>(
		method: Name,
		...argument: Argument<(M & Common)[Name]> extends undefined ? [] : [Argument<(M & Common)[Name]>]
	): Promise<Result<(M & Common)[Name]>>;
	stop(): Promise<void>;
}

/** No question takes longer: whatever hangs ends the benchmark instead of holding the machine. */
const ANSWER_WITHIN_MS = 120_000;

/** Starts a TypeScript file of this folder as a child process of this Node or another, with its garbage collector at hand. */
export function startChild<M extends Methods>(
	file: URL,
	args: readonly string[] = [],
	node = process.execPath,
): Promise<Child<M>> {
	const child = fork(file, args, {
		execPath: node,
		execArgv: ['--expose-gc', '--import', import.meta.resolve('tsx')],
		stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
	});
	return talkTo<M>(child);
}

/** Wraps a process that answers as `answer` does; resolves once it is ready. */
export async function talkTo<M extends Methods>(child: ChildProcess): Promise<Child<M>> {
	const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
	let last = 0;
	const gone = once(child, 'exit');
	const expect = (id: number, what: string): Promise<unknown> =>
		new Promise((resolve, reject) => {
			const late = setTimeout(() => reject(new Error(`No answer to ${what} in time.`)), ANSWER_WITHIN_MS);
			const settle = (): void => {
				clearTimeout(late);
				waiting.delete(id);
			};
			waiting.set(id, {
				resolve: (result) => (settle(), resolve(result)),
				reject: (error) => (settle(), reject(error)),
			});
		});
	child.on('message', ({ id, result, error }: Answer) => {
		if (error === undefined) waiting.get(id)?.resolve(result);
		else waiting.get(id)?.reject(new Error(error));
	});
	child.on('exit', (code, signal) => {
		for (const { reject } of [...waiting.values()]) reject(new Error(`A child ended with ${signal ?? code ?? '?'}.`));
	});

	const stop = async (): Promise<void> => {
		if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL'); // nothing of it is kept
		await gone;
	};
	const ask = (method: string, argument?: unknown): Promise<unknown> => {
		const id = ++last;
		const answered = expect(id, method);
		if (child.connected) child.send({ id, method, argument } satisfies Question);
		else waiting.get(id)!.reject(new Error(`The child that should ${method} has ended.`));
		return answered;
	};
	try {
		await expect(0, 'the start');
	} catch (error) {
		await stop();
		throw error;
	}
	return { ask, stop } as unknown as Child<M>;
}

interface Stoppable {
	stop(): Promise<void>;
}

/** Starts processes together, lets `use` work with them, and stops them, whatever happens. */
export async function withChildren<Children extends readonly Stoppable[], Result>(
	starting: { [Index in keyof Children]: Promise<Children[Index]> },
	use: (...children: Children) => Promise<Result>,
): Promise<Result> {
	const all: readonly Promise<Stoppable>[] = starting;
	const settled = await Promise.allSettled(all);
	const started = settled.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
	try {
		for (const start of settled) if (start.status === 'rejected') throw start.reason;
		return await use(...(started as unknown as Children));
	} finally {
		await Promise.all(started.map(({ stop }) => stop()));
	}
}
