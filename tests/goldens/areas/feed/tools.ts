import type { ServerEvents } from '#contract';
import type { Book } from '../../record/recording.ts';
import type { Listener } from '../../stage/listener.ts';
import type { Server } from '../../stage/server.ts';

/** Takes the listener's next frame of each of these events, in this order, and records the frames as one case. */
export type Record = (what: string, ...events: (keyof ServerEvents)[]) => Promise<void>;

export function recorder({ names }: Server, book: Book, listener: Listener): Record {
	return async (what, ...events) => {
		const frames: object[] = [];
		for (const event of events) frames.push({ [event]: names.value(await listener.next(event)) });
		book.add(what, { frames });
	};
}
