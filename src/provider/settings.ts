import { Settings } from '#contract';
import type { Database } from '#db/database.ts';

/** The provider's settings: stored in the database, changed live. */
export interface SettingsKeeper {
	current(): Settings;
	/** Stores all settings, then calls `onChange`. */
	change(settings: Settings): Promise<Settings>;
}

const READ = 'SELECT "value" FROM "ProviderSettings" WHERE "id" = 1';
const WRITE = `INSERT INTO "ProviderSettings" ("id", "value") VALUES (1, ?) ON CONFLICT ("id") DO UPDATE SET "value" = excluded."value"`;

/** Loads the stored settings, or starts with `defaults`, which come from the environment. */
export async function keepSettings(
	database: Database,
	defaults: Settings,
	onChange: (settings: Settings) => void,
): Promise<SettingsKeeper> {
	const [row] = await database.all(READ);
	let settings = row ? kept(String(row.value), defaults) : defaults;
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

/**
 * Parses settings that any release stored. A missing setting gets its default. If any value is invalid, all
 * settings get their defaults.
 */
function kept(text: string, defaults: Settings): Settings {
	let stored: unknown;
	try {
		stored = JSON.parse(text);
	} catch {
		return defaults; // no release writes invalid JSON
	}
	const known = (typeof stored === 'object' && stored !== null ? stored : {}) as Partial<
		Record<keyof Settings, unknown>
	>;
	const faults = { ...defaults.faults, ...(known.faults as object | undefined) };
	const merged = Object.entries({ ...defaults, ...known, faults }).filter(([name]) => name in defaults);
	const result = Settings.safeParse(Object.fromEntries(merged));
	return result.success ? result.data : defaults;
}
