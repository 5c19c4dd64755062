export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** The cookie that stores the theme, so that the server renders the first page in it. */
export const THEME_COOKIE = 'theme';

export const asTheme = (value: string | undefined): Theme => THEMES.find((theme) => theme === value) ?? 'system';

/** Returns the next theme, in the order of the switch. */
export const nextTheme = (theme: Theme): Theme => THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';

/** Returns the attribute for `<html>`; empty for `system`. */
export const themeAttribute = (theme: Theme): string => (theme === 'system' ? '' : `data-theme="${theme}"`);
