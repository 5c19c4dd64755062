import { createContext } from 'svelte';
import { nextTheme, THEME_COOKIE, type Theme } from './theme.ts';

const A_YEAR = 365 * 24 * 60 * 60;

/** The theme that the reader chose in this browser. */
export class ThemeChoice {
	theme = $state<Theme>('system');

	constructor(theme: Theme) {
		this.theme = theme;
	}

	/** Switches to the next theme and stores it in a cookie, so that the server renders the next page in it. */
	turn(): void {
		this.theme = nextTheme(this.theme);
		document.cookie = `${THEME_COOKIE}=${this.theme}; path=/; max-age=${A_YEAR}; samesite=lax`;
		const root = document.documentElement;
		if (this.theme === 'system') delete root.dataset.theme;
		else root.dataset.theme = this.theme;
	}
}

export const [getThemeChoice, setThemeChoice] = createContext<ThemeChoice>();
