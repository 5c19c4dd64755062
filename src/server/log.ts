import { pino, type DestinationStream, type Logger } from 'pino';
import type { Config } from './config.ts';

/** One JSON line per event, on standard output. Tokens and secrets are never handed to it. */
export const createLog = (level: Config['logLevel'], to: DestinationStream = pino.destination(1)): Logger =>
	pino({ level, base: null, serializers: { err: errorOf } }, to);

/** What is told of an error: nothing else that hangs on it, such as the body that a reader could not read. */
function errorOf(error: unknown): unknown {
	if (!(error instanceof Error)) return String(error);
	const { name, message, stack, cause } = error;
	return { type: name, message, stack, ...(cause === undefined ? {} : { cause: errorOf(cause) }) };
}

export type { Logger };
