import { readConfig } from '#server/config.ts';
import { serve } from '#server/serve.ts';

/** Runs a server that a test can make fail: SIGUSR2 causes an unhandled rejection, SIGHUP an uncaught exception. */
await serve(readConfig(process.env, 'none'));
process.on('SIGUSR2', () => {
	void Promise.reject(new Error('out of order'));
});
process.on('SIGHUP', () => {
	throw new Error('out of order');
});
