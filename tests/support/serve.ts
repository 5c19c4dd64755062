import { readConfig } from '#server/config.ts';
import { serve } from '#server/serve.ts';

/** The server as a process of its own, as src/server/main.ts starts it, but without pages: nothing needs to be built. */
await serve(readConfig(process.env, 'none'));
