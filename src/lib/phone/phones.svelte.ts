import { createContext } from 'svelte';
import type * as Code from './phone.ts';
import type { Told } from './types.ts';

type PhoneCode = typeof Code;
const SIGNS = ['pointermove', 'pointerdown', 'keydown', 'focusin', 'scroll'];
/** The most formatted numbers in the cache: more than a screen shows, fewer than a history holds. */
const KEPT = 5_000;

/** Loads the phone code on demand, and formats numbers with it or from the server's cache. */
export class Phones {
	/** Null until the phone code is loaded. */
	code = $state.raw<PhoneCode | null>(null);
	#told: Record<string, Told> = {};
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

	/** Loads at the first sign of use, which precedes the first key. Returns a function that stops waiting. */
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
	remember(told: Record<string, Told>): void {
		this.#told = { ...told };
	}

	tell(e164: string): Told {
		const told = this.#told[e164];
		if (told) return told;
		if (!this.code) {
			// On the server, `remember` has already stored every number of the page.
			if (typeof window !== 'undefined') this.load().catch(() => null);
			return { country: null, text: e164 };
		}
		if (this.#count++ > KEPT) {
			this.#told = {};
			this.#count = 0;
		}
		return (this.#told[e164] = this.code.tellNumber(e164));
	}
}

export const [getPhones, setPhones] = createContext<Phones>();
