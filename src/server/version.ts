import { version as release } from '../../package.json' with { type: 'json' };

/** Set by vite.server.config.ts. Undefined when the sources run unbuilt. */
declare const __BUILD__: string | undefined;

/** The release and its build. A page whose version differs from the server's offers a reload. */
export const version = `${release}+${typeof __BUILD__ === 'undefined' ? 'sources' : __BUILD__}`;
