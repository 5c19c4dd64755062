import { Settings } from '#contract';
import type { Database } from '#db/database.ts';

/** The provider's settings: kept in the database, changed live. */
export interface SettingsKeeper {
	current(): Settings;
	/** Stores them whole, then tells `onChange`. */
	change(settings: Settings): Promise<Settings>;
}

const READ = 'SELECT "value" FROM "ProviderSettings" WHERE "id" = 1';
const WRITE = `INSERT INTO "ProviderSettings" ("id", "value") VALUES (1, ?) ON CONFLICT ("id") DO UPDATE SET "value" = excluded."value"`;

/** Loads what was kept, or begins with `defaults`, which the environment gives. */
export async function keepSettings(
	database: Database,
	defaults: Settings,
	onChange: (settings: Settings) => void,
): Promise<SettingsKeeper> {
	const [row] = await database.all(READ);
	let settings = row ? Settings.parse(JSON.parse(String(row.value))) : defaults;
	return {
		current: () => settings,
		async change(changed) {
			await database.all(WRITE, JSON.stringify(changed));
			settings = changed;
			onChange(settings);
			return settings;
		},
	};
}
