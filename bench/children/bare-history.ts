import type { BareHistory } from '#bench/servers/bare-history.ts';
import type { Usage } from './answers.ts';
import { startChild } from './child.ts';

/** A server of calls, as those who measure it see it. */
export interface CallServer {
	port: number;
	usage(): Promise<Usage>;
	stop(): Promise<void>;
}

/** Starts the bare one on this file. */
export async function startBareHistory(file: string, grouped: boolean, node: string): Promise<CallServer> {
	const server = new URL('../servers/bare-history.ts', import.meta.url);
	const flags = ['--file', file, ...(grouped ? ['--grouped'] : [])];
	const { ask, stop } = await startChild<BareHistory>(server, flags, node);
	return { port: await ask('port'), usage: () => ask('usage'), stop };
}
