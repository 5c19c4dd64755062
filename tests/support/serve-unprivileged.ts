import { readConfig } from '#server/config.ts';
import { serve } from '#server/serve.ts';

/** The id that Linux gives to the unprivileged user and group. */
const NOBODY = 65_534;

// File permissions do not restrict root, so the server runs as another user.
if (process.getuid?.() === 0) {
	process.setgroups?.([]);
	process.setgid?.(NOBODY);
	process.setuid?.(NOBODY);
}
await serve(readConfig(process.env, 'none'));
