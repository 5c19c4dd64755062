import { CannotOpen, isDatabaseFault } from '#db/database.ts';
import type { Location } from '#db/location.ts';
import { MigrationChanged } from '#db/migrate.ts';
import { withoutSecrets } from './without-secrets.ts';

/** Returns the line that the server prints if the database cannot be opened, or null if the error is a bug. */
export function whyNotOpened({ url }: Location, error: unknown): string | null {
	if (!(error instanceof CannotOpen || error instanceof MigrationChanged || isDatabaseFault(error))) return null;
	const name = url.startsWith('file:') ? 'DATABASE_URL' : 'TURSO_DATABASE_URL';
	const reason = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ');
	return `${name}: ${JSON.stringify(withoutSecrets(url) ?? '…')} cannot be opened (${reason}). Allowed: a database of this program that this user may write, or a new one.`;
}
