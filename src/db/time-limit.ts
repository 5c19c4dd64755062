/** A time limit runs as this many timers, one after another. */
const SLICES = 10;

/** The time limit of a request. */
export interface TimeLimit {
	/** Aborts with a `TimeoutError` when the time is up. */
	signal: AbortSignal;
	/** Stops the limit when the request is over. */
	clear(): void;
}

/**
 * Creates a limit of `ms` of running time of this process. A suspension uses up at most one slice, however long it is.
 */
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
