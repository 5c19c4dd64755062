import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';

/** Which details the reader has opened or closed: a delivery that moves to another group takes them along. */
export class Opened {
	#chosen = new SvelteMap<string, boolean>();

	has(key: string, otherwise = false): boolean {
		return this.#chosen.get(key) ?? otherwise;
	}

	set(key: string, open: boolean): void {
		this.#chosen.set(key, open);
	}
}

export const [getOpened, setOpened] = createContext<Opened>();
