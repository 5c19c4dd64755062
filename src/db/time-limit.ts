/** The number of slices in which a time limit is counted. */
const SLICES = 10;

/** How long a request may take. */
export interface TimeLimit {
	/** Aborts with a `TimeoutError` when the time is up. */
	signal: AbortSignal;
	/** The request is over. */
	clear(): void;
}

/** A limit of `ms` of this process's own running time: however long it is suspended, that uses up one slice. */
export function timeLimit(ms: number): TimeLimit {
	const limit = new AbortController();
	let slices = SLICES;
	let timer: NodeJS.Timeout | undefined;
	const next = (): void => {
		if (slices-- > 0) timer = setTimeout(next, ms / SLICES);
		else limit.abort(new DOMException('The time is up.', 'TimeoutError'));
	};
	next();
	return { signal: limit.signal, clear: () => clearTimeout(timer) };
}
