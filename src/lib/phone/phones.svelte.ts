import { createContext } from 'svelte';
import type * as Code from './phone.ts';
import type { FormattedNumber } from './types.ts';

type PhoneCode = typeof Code;
const SIGNS = ['pointermove', 'pointerdown', 'keydown', 'focusin', 'scroll'];
/**
 * The cache is emptied beyond this size: more numbers than a screen shows, but far fewer than a long history
 * holds.
 */
const CACHED_MAX = 5_000;

/**
 * Loads the script that validates numbers (phone.ts) on demand. Formats numbers with it, or returns the texts that the server
 * has formatted.
 */
export class Phones {
	/** Null until phone.ts is loaded. */
	code = $state.raw<PhoneCode | null>(null);
	#formatted: Record<string, FormattedNumber> = {};
	#count = 0;
	#loading: Promise<PhoneCode> | undefined;

	load(): Promise<PhoneCode> {
		this.#loading ??= import('./phone.ts').then(
			(code) => (this.code = code),
			(error: unknown) => {
				this.#loading = undefined;
				throw error;
			},
		);
		return this.#loading;
	}

	/**
	 * Loads phone.ts at the first sign of use, such as a pointer move, so that it is ready before the first
	 * key. Returns a function that removes the listeners.
	 */
	loadOnUse(): () => void {
		const listening = new AbortController();
		const use = (): void => {
			listening.abort();
			this.load().catch(() => null);
		};
		for (const name of SIGNS) addEventListener(name, use, { signal: listening.signal, passive: true, capture: true });
		return () => listening.abort();
	}

	/** Stores numbers that the server has already formatted. */
	remember(formatted: Record<string, FormattedNumber>): void {
		this.#formatted = { ...formatted };
	}

	format(e164: string): FormattedNumber {
		const formatted = this.#formatted[e164];
		if (formatted) return formatted;
		if (!this.code) {
			// On the server, `remember` has already stored every number of the page.
			if (typeof window !== 'undefined') this.load().catch(() => null);
			return { country: null, text: e164 };
		}
		if (this.#count++ > CACHED_MAX) {
			this.#formatted = {};
			this.#count = 0;
		}
		return (this.#formatted[e164] = this.code.formatNumber(e164));
	}
}

export const [getPhones, setPhones] = createContext<Phones>();
