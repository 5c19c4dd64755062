import { pino, type Logger } from 'pino';
import type { Config } from './config.ts';

/** One JSON line per event, on standard output. Tokens and secrets are never handed to it. */
export const createLog = (level: Config['logLevel']): Logger => pino({ level, base: null });

export type { Logger };
