import { createContext } from 'svelte';
import type * as Code from './phone.ts';
import type { Told } from './types.ts';

type PhoneCode = typeof Code;

/** The phone code once it is here, and the numbers that the server told before. */
export class Phones {
	/** Null until it has been loaded. */
	code = $state.raw<PhoneCode | null>(null);
	#told: Record<string, Told> = {};
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

	/** Numbers that the server has put into words already. */
	remember(told: Record<string, Told>): void {
		this.#told = { ...told };
	}

	tell(e164: string): Told {
		const told = this.#told[e164];
		if (told) return told;
		if (!this.code) return { country: null, text: e164 };
		return (this.#told[e164] = this.code.tellNumber(e164));
	}
}

export const [getPhones, setPhones] = createContext<Phones>();
