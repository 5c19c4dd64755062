import type { Stats } from '#contract';
import type { Committed } from '../calls/writer.ts';

export interface FiguresDeps {
	stats(): Promise<Stats>;
	/** To everybody who follows the feed. */
	toAll(stats: Stats): void;
	/** To one who has just come. */
	toOne(id: string, stats: Stats): void;
	onError(error: unknown): void;
}

/** Pushes the kept figures: to who comes, and to all when they change. */
export interface Figures {
	committed(committed: Pick<Committed, 'changes'>): void;
	/** Somebody follows the feed from now on. */
	joined(id: string): void;
	close(): void;
}

/** At most so often. */
const EVERY_MS = 1_000;
/** The last hour moves on by itself, too. */
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
