import { Refused, type Ask, type Rider, type Surroundings } from './surroundings.ts';

/** The ride on the event stream while no socket comes through; the socket goes on trying. */
export class Ride {
	/** What changes comes over the event stream. */
	isOn = $state(false);
	/** A socket was tried once more while the stream stood: it is the only way for sure. */
	isOnlyWay = $state(false);
	/** Asks over it what is missing; null without it. */
	ask: Ask | null = null;
	/** Ends it, or the try at one. */
	#own: AbortController | null = null;
	#begin: Surroundings['ride'];

	constructor(begin: Surroundings['ride']) {
		this.#begin = begin;
	}

	/** Tries it, unless that is being tried. `refused`: the server answers, yet does not let this reader in. */
	mount(rider: Rider, refused: () => void): void {
		if (!this.#begin || this.#own) return;
		const own = (this.#own = new AbortController());
		this.#begin(rider, own.signal).then(
			(ask) => {
				if (this.#own === own) this.ask = ask;
			},
			(error: unknown) => {
				if (this.#own !== own) return;
				if (error instanceof Refused) refused();
				this.dismount();
			},
		);
	}

	/** `socket`: a socket came through, and the other tabs are told so. */
	dismount(reason?: 'socket'): void {
		this.#own?.abort(reason);
		this.#own = this.ask = null;
		this.isOn = this.isOnlyWay = false;
	}
}
