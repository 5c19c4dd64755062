import type { Stats } from '#contract';
import type { Committed } from '../calls/writer.ts';

export interface StatsBroadcastDeps {
	stats(): Promise<Stats>;
	/** Sends to every client that follows the feed. */
	toAll(stats: Stats): void;
	/** Sends to one client that has just joined, by its socket's id. */
	toOne(id: string, stats: Stats): void;
	onError(error: unknown): void;
}

/** Pushes the statistics: to each client that joins, and to all clients when the statistics change. */
export interface StatsBroadcast {
	committed(committed: Pick<Committed, 'changes'>): void;
	/** Reports a client that has joined the feed. */
	joined(id: string): void;
	close(): void;
}

/** Minimum interval between two pushes. */
const EVERY_MS = 1_000;
/** Interval of a push without commits: the statistics cover the last hour, so they change as time passes. */
const MINUTE_MS = 60_000;

export function createStatsBroadcast({ stats, toAll, toOne, onError }: StatsBroadcastDeps): StatsBroadcast {
	let lastText = '';
	let lastSentAt = -Infinity;
	let timer: NodeJS.Timeout | undefined;
	let closed = false;

	async function send(): Promise<void> {
		const now = await stats();
		const text = JSON.stringify(now);
		if (closed || text === lastText) return;
		lastText = text;
		toAll(now);
	}
	function schedule(): void {
		if (closed) return;
		timer ??= setTimeout(
			() => {
				timer = undefined;
				lastSentAt = performance.now();
				send().catch(onError);
			},
			Math.max(0, lastSentAt + EVERY_MS - performance.now()),
		);
	}
	const minutes = setInterval(schedule, MINUTE_MS);

	return {
		committed({ changes }) {
			if (changes.length > 0) schedule();
		},
		joined(id) {
			stats()
				.then((now) => {
					if (!closed) toOne(id, now);
				})
				.catch(onError);
		},
		close() {
			closed = true;
			clearTimeout(timer);
			clearInterval(minutes);
		},
	};
}
