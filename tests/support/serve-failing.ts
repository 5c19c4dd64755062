import { readConfig } from '#server/config.ts';
import { serve } from '#server/serve.ts';

/** The server as a process of its own, whose signals raise errors that reach no handler. */
await serve(readConfig(process.env, 'none'));
process.on('SIGUSR2', () => {
	void Promise.reject(new Error('out of order'));
});
process.on('SIGHUP', () => {
	throw new Error('out of order');
});
