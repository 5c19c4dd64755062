import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The methods that probe.js adds to every process of a benchmark. */
interface Probe {
	cpuMs(): number;
	residentMiB(): number;
	/** Returns how many write transactions the product's database (`src/db/file.ts`) has committed in this process. */
	commits(): number;
	/** Starts to measure the delay of the event loop. */
	watchLoop(): void;
	/** Returns the 99th percentile of the delay since `watchLoop`, in milliseconds. */
	loopP99(): number;
}
type Arguments<F> = F extends (...args: infer A) => unknown ? A : never;
type Result<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never;

/**
 * A process of a benchmark. `ask` calls a method in it; one call at a time. Arguments and results are sent as JSON.
 */
export interface Child<Methods = object> extends AsyncDisposable {
	ask<Name extends keyof (Methods & Probe) & string>(
		method: Name,
		...args: Arguments<(Methods & Probe)[Name]>
	): Promise<Result<(Methods & Probe)[Name]>>;
}
interface Request {
	method: string;
	args: unknown[];
}
type Reply = { result: unknown } | { error: string };

/** Node's arguments that load probe.js into a process. */
export const PROBED = ['--expose-gc', '--import', new URL('probe.js', import.meta.url).href];

/** Starts the process bench/processes/`name`.ts. Returns when the process has called `serve`. */
export async function startChild<Methods>(name: string): Promise<Child<Methods>> {
	const file = new URL(`../processes/${name}.ts`, import.meta.url);
	const child = fork(file, { execArgv: [...PROBED, '--import', import.meta.resolve('tsx')] });
	const started = talkTo<Methods>(child);
	await Promise.race([once(child, 'message'), endOf(child)]);
	return started;
}

const endOf = (child: ChildProcess): Promise<never> =>
	once(child, 'exit').then(() => Promise.reject(new Error('A process of the benchmark ended.')));

/** Returns the `Child` of a process that runs `serve` or probe.js. */
export function talkTo<Methods>(child: ChildProcess): Child<Methods> {
	const ended = endOf(child);
	const stopped = ended.catch(() => undefined);
	const ask = async (method: string, ...args: unknown[]): Promise<unknown> => {
		const replied = once(child, 'message') as Promise<[Reply]>;
		child.send({ method, args } satisfies Request);
		const [reply] = await Promise.race([replied, ended]);
		if ('error' in reply) throw new Error(reply.error);
		return reply.result;
	};
	const stop = async (): Promise<void> => {
		child.kill('SIGKILL');
		await stopped;
	};
	return { ask, [Symbol.asyncDispose]: stop } as Child<Methods>;
}

/** For a child process: runs the methods that the parent asks for. */
export function serve(methods: Record<string, (...args: never[]) => unknown>): void {
	const known = methods as Record<string, ((...args: unknown[]) => unknown) | undefined>;
	const run = async ({ method, args }: Request): Promise<Reply> => {
		try {
			return { result: await known[method]!(...args) };
		} catch (error) {
			return { error: String(error) };
		}
	};
	process.on('message', (request: Request) => {
		if (request.method in known) void run(request).then((reply) => process.send!(reply)); // else `probe.js` replies
	});
	process.send!('ready');
}

/** For a child process: listens on a free port and returns the port. */
export async function listen(http: Server): Promise<number> {
	await once(http.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }), 'listening');
	return (http.address() as AddressInfo).port;
}
