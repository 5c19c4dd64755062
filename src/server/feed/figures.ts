import type { Stats } from '#contract';
import type { Committed } from '../calls/writer.ts';

export interface FiguresDeps {
	stats(): Promise<Stats>;
	/** Sends to every client that follows the feed. */
	toAll(stats: Stats): void;
	/** Sends to one client that has just joined. */
	toOne(id: string, stats: Stats): void;
	onError(error: unknown): void;
}

/** Pushes the statistics: to each client that joins, and to all clients when they change. */
export interface Figures {
	committed(committed: Pick<Committed, 'changes'>): void;
	/** Reports a client that has joined the feed. */
	joined(id: string): void;
	close(): void;
}

/** Minimum interval between two pushes. */
const EVERY_MS = 1_000;
/** Interval of a push without commits: the window of the last hour moves on by itself. */
const MINUTE_MS = 60_000;

export function createFigures({ stats, toAll, toOne, onError }: FiguresDeps): Figures {
	let told = '';
	let toldAt = -Infinity;
	let timer: NodeJS.Timeout | undefined;
	let closed = false;

	async function tell(): Promise<void> {
		const now = await stats();
		const text = JSON.stringify(now);
		if (closed || text === told) return;
		told = text;
		toAll(now);
	}
	function soon(): void {
		if (closed) return;
		timer ??= setTimeout(
			() => {
				timer = undefined;
				toldAt = performance.now();
				tell().catch(onError);
			},
			Math.max(0, toldAt + EVERY_MS - performance.now()),
		);
	}
	const minutes = setInterval(soon, MINUTE_MS);

	return {
		committed({ changes }) {
			if (changes.length > 0) soon();
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
