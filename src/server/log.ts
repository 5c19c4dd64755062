import { pino, type DestinationStream, type Logger } from 'pino';
import type { Config } from './config.ts';

/** Writes one JSON line per event to standard output. Callers never pass tokens or secrets. */
export const createLog = (level: Config['logLevel'], to: DestinationStream = pino.destination(1)): Logger =>
	pino({ level, base: null, serializers: { err: errorOf } }, to);

/** The logged part of an error. Other properties are left out, such as the body that a parser could not read. */
function errorOf(error: unknown): unknown {
	if (!(error instanceof Error)) return String(error);
	const { name, message, stack, cause } = error;
	return { type: name, message, stack, ...(cause === undefined ? {} : { cause: errorOf(cause) }) };
}

export type { Logger };
