import type { Call, CallPage } from '#contract';

/** The complete list, read page by page, and the feed's cursor of its first page. */
export interface List {
	calls: Map<string, Call>;
	cursor: string;
}

/** Reads all pages, of one run if given. Throws if a page takes longer than `timeoutMs`. */
export async function readList(url: string, timeoutMs: number, run?: string): Promise<List> {
	const runFilter = run === undefined ? '' : `&run=${run}`;
	const calls = new Map<string, Call>();
	let cursor: string | undefined;
	let next: string | null = '';
	while (next !== null) {
		const page: CallPage = await read(
			`${url}/api/calls?limit=200${runFilter}&page=${encodeURIComponent(next)}`,
			timeoutMs,
		);
		cursor ??= page.cursor;
		for (const call of page.calls) calls.set(call.id, call);
		next = page.nextPage;
	}
	return { calls, cursor: cursor! };
}

/** Sends one GET over its own connection. */
export async function read<T>(address: string, timeoutMs: number): Promise<T> {
	const response = await fetch(address, {
		headers: { connection: 'close' },
		signal: AbortSignal.timeout(timeoutMs),
	});
	if (!response.ok) throw new Error(`${address}: ${response.status}`);
	return (await response.json()) as T;
}
