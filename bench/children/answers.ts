/** What a child can be asked: each method takes at most one argument that JSON can carry. */
// The arguments of methods stand in a contravariant place: `never` lets every method in.
export type Methods = Record<string, (argument: never) => unknown>;

/** What a process has used so far. */
export interface Usage {
	/** User and system together, all threads. */
	cpuMs: number;
	rssBytes: number;
}

/** A question on its way to a child. */
export interface Question {
	id: number;
	method: string;
	argument?: unknown;
}

/** Its answer; `id` 0 says that the child is ready. */
export interface Answer {
	id: number;
	result?: unknown;
	error?: string;
}

/** Every child answers these too. */
const common = {
	usage(): Usage {
		const { user, system } = process.cpuUsage();
		return { cpuMs: (user + system) / 1_000, rssBytes: process.memoryUsage().rss };
	},
	collect: () => globalThis.gc?.(),
};
export type Common = typeof common;

/** In a child: answers the parent's questions, and ends with it. */
export function answer(methods: Methods): void {
	const all = { ...common, ...methods } as Record<string, (argument: unknown) => unknown>;
	process.on('message', ({ id, method, argument }: Question) => {
		Promise.resolve()
			.then(() => all[method]!(argument))
			.then(
				(result) => process.send!({ id, result } satisfies Answer),
				(error: unknown) =>
					process.send!({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
			);
	});
	process.on('disconnect', () => process.exit(0));
	process.send!({ id: 0 } satisfies Answer);
}
