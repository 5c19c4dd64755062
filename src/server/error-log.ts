import { DatabaseGone } from '#db/database.ts';
import type { Logger } from './log.ts';

export interface ErrorLog {
	/** Logs an error that occurred outside of a request. */
	onError(error: unknown): void;
	/** Logs an error that occurred in a request. */
	onBug(error: unknown, requestId: string): void;
}

/** Logs errors. A missing database file is logged once, not for each request and each poll of a queue. */
export function createErrorLog(log: Logger): ErrorLog {
	const logged = new WeakSet<DatabaseGone>();
	const isLogged = (error: unknown): boolean => {
		if (!(error instanceof DatabaseGone)) return false;
		if (!logged.has(error)) log.error(error.message);
		logged.add(error);
		return true;
	};
	return {
		onError(error) {
			if (!isLogged(error)) log.error({ err: error }, 'unexpected error');
		},
		onBug(error, requestId) {
			if (!isLogged(error)) log.error({ err: error, requestId }, 'request failed');
		},
	};
}
