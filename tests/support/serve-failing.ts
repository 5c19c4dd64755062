import { readConfig } from '#server/config.ts';
import { serve } from '#server/serve.ts';

/** A server process whose signals raise errors that no handler catches. */
await serve(readConfig(process.env, 'none'));
process.on('SIGUSR2', () => {
	void Promise.reject(new Error('out of order'));
});
process.on('SIGHUP', () => {
	throw new Error('out of order');
});
