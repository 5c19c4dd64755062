/**
 * Measures how late the frames of one connection arrive, although the clocks of server and browser differ: the fastest
 * frame so far counts as not late at all.
 */
export class Delay {
	/** Time of receipt by the browser's clock minus time of sending by the server's clock, for the fastest frame. */
	#fastest = Infinity;

	/**
	 * Returns how many milliseconds a frame was late that the server sent at `sentAt` and that arrived at `receivedAt`,
	 * each in milliseconds by its own clock.
	 */
	of(sentAt: number, receivedAt: number): number {
		const underway = receivedAt - sentAt;
		this.#fastest = Math.min(this.#fastest, underway);
		return underway - this.#fastest;
	}
}
