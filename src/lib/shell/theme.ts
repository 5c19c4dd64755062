export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** The cookie that remembers the choice, so that the server can draw the first page in it. */
export const THEME_COOKIE = 'theme';

export const asTheme = (value: string | undefined): Theme => THEMES.find((theme) => theme === value) ?? 'system';

/** The one after it, in the order of the switch. */
export const nextTheme = (theme: Theme): Theme => THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';

/** The attribute for <html>; the system's own choice needs none. */
export const themeAttribute = (theme: Theme): string => (theme === 'system' ? '' : `data-theme="${theme}"`);
