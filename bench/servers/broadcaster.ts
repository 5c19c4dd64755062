import type { Server } from 'node:http';
import type { Committed } from '#server/calls/writer.ts';

/** One way to push changes to all clients. */
export interface Broadcaster {
	publish(committed: Committed): void;
	/** Bytes that wait in the server for the slowest of a few clients. */
	backlog(): number;
}

/** `gathers`: changes within a short window travel as one frame; otherwise each call of `publish` is a frame. */
export type MakeBroadcaster = (http: Server, gathers: boolean) => Broadcaster;

/** As many clients are looked at for the backlog. */
export const LOOKED_AT = 16;
