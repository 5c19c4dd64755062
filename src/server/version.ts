import { version as release } from '../../package.json' with { type: 'json' };

/** Set by vite.server.config.ts; not there when the sources run as they are. */
declare const __BUILD__: string | undefined;

/** The release and its build. A page that was served by another one offers a reload. */
export const version = `${release}+${typeof __BUILD__ === 'undefined' ? 'sources' : __BUILD__}`;
