import { readConfig } from '#server/config.ts';
import { serve } from '#server/serve.ts';

/** The id of the user and the group `nobody`. */
const NOBODY = 65_534;

// File permissions do not restrict root, so the server runs as another user.
if (process.getuid?.() === 0) {
	process.setgroups?.([]);
	process.setgid?.(NOBODY);
	process.setuid?.(NOBODY);
}
await serve(readConfig(process.env, 'none'));
