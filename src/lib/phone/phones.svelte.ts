import { createContext } from 'svelte';
import type * as Code from './phone.ts';
import type { Told } from './types.ts';

type PhoneCode = typeof Code;
const SIGNS = ['pointermove', 'pointerdown', 'keydown', 'focusin', 'scroll'];
/** Numbers whose words are kept: more than a screen has, less than a history. */
const KEPT = 5_000;

/** The phone code once it is here, and the numbers that the server told before. */
export class Phones {
	/** Null until it has been loaded. */
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

	/** Loads with the reader's first sign of life, which comes before the first key, until the answer is called. */
	loadOnUse(): () => void {
		const listening = new AbortController();
		const use = (): void => {
			listening.abort();
			this.load().catch(() => null);
		};
		for (const name of SIGNS) addEventListener(name, use, { signal: listening.signal, passive: true, capture: true });
		return () => listening.abort();
	}

	/** Numbers that the server has put into words already. */
	remember(told: Record<string, Told>): void {
		this.#told = { ...told };
	}

	tell(e164: string): Told {
		const told = this.#told[e164];
		if (told) return told;
		if (!this.code) {
			// On the server the words of all numbers were told before.
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
