import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';

/**
 * Remembers which `<details>` elements the user opened or closed. A delivery therefore stays open when it moves to
 * another group.
 */
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
