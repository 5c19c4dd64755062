import type { Call, CallPage } from '#contract';

/** The whole list as one reads it page by page, and where the feed stood before its first one. */
export interface List {
	calls: Map<string, Call>;
	cursor: string;
}

/** Reads all pages, of one run where it is named; throws where one does not come within `patienceMs`. */
export async function readList(url: string, patienceMs: number, run?: string): Promise<List> {
	const which = run === undefined ? '' : `&run=${run}`;
	const calls = new Map<string, Call>();
	let cursor: string | undefined;
	let next: string | null = '';
	while (next !== null) {
		const page: CallPage = await read(
			`${url}/api/calls?limit=200${which}&page=${encodeURIComponent(next)}`,
			patienceMs,
		);
		cursor ??= page.cursor;
		for (const call of page.calls) calls.set(call.id, call);
		next = page.nextPage;
	}
	return { calls, cursor: cursor! };
}

/** One GET over a connection of its own. */
export async function read<T>(address: string, patienceMs: number): Promise<T> {
	const response = await fetch(address, {
		headers: { connection: 'close' },
		signal: AbortSignal.timeout(patienceMs),
	});
	if (!response.ok) throw new Error(`${address}: ${response.status}`);
	return (await response.json()) as T;
}
