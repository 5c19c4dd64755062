import type { Database } from '#db/database.ts';
import { createCalls, type Calls } from '#server/calls/calls.ts';
import { createWriter, type Committed } from '#server/calls/writer.ts';

/** The product's verbs over its writer, in this process; nobody listens but `onCommit`. */
export function productCalls(database: Database, onCommit: (committed: Committed) => void = () => undefined): Calls {
	const writer = createWriter({ database, now: Date.now, onCommit, onJobs: () => undefined, onError: failed });
	return createCalls({ writer, callbackUrl: () => null });
}

/** Nothing may go wrong in a benchmark: its figures would be of something else. */
export function failed(error: unknown): never {
	throw error instanceof Error ? error : new Error(String(error));
}
