import { Refused, type Ask, type Rider, type Surroundings } from './surroundings.ts';

/** The event stream fallback, used while no socket gets through. The socket keeps retrying. */
export class Ride {
	/** True while changes arrive over the event stream. */
	isOn = $state(false);
	/** True if a socket attempt failed while the event stream was open, so only the stream works. */
	isOnlyWay = $state(false);
	/** Requests missing changes over the event stream; null without a stream. */
	ask: Ask | null = null;
	/** Aborts the event stream, or the attempt to open one. */
	#own: AbortController | null = null;
	#begin: Surroundings['ride'];

	constructor(begin: Surroundings['ride']) {
		this.#begin = begin;
	}

	/** Opens the event stream, unless one is open or opening. Calls `refused` when the server rejects the session. */
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

	/** Closes the event stream. With `socket`, notifies the other tabs that a socket got through. */
	dismount(reason?: 'socket'): void {
		this.#own?.abort(reason);
		this.#own = this.ask = null;
		this.isOn = this.isOnlyWay = false;
	}
}
