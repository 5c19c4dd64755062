import type { ServerResponse } from 'node:http';
import { ProblemError, type Change, type Changes, type Head, type Sync } from '#contract';
import { readCursor } from '#contract/cursor.ts';
import type { Hub } from './hub.ts';
import { UNREAD_MAX } from './unread.ts';

/** What of the feed a stream wants: everything, one call, one run, or one call if it is of that run. */
export interface StreamFilter {
	callId?: string | undefined;
	run?: string | undefined;
	/** The run of the call that is asked for: clearing that run covers it. Undefined where nobody knows any more. */
	runOfCall?: string | null | undefined;
}

export interface Wanted {
	cursor: string | undefined;
	filter: StreamFilter;
	/** Says that the other side has gone. */
	gone: AbortSignal;
}

export interface Streams {
	/**
	 * Writes the feed as Server-Sent Events until the other side goes: `sync` first, then `changes` and `head`. Throws
	 * `stopping` at the stop.
	 */
	open(response: ServerResponse, wanted: Wanted): Promise<void>;
	/** Ends them all, and opens no more. */
	close(): void;
}

interface Stream {
	response: ServerResponse;
	filter: StreamFilter;
	/** The cursor that it was sent last. */
	cursor: string;
	/** The seq up to which it was told all that concerns it. */
	seen: number;
}

/** How many heads there are between two comments: proxies look for bytes, some for other bytes than events. */
const COMMENT_EVERY = 3;
/** Told to EventSource: when to come back, in milliseconds. */
const RETRY_MS = 1_000;

/**
 * Pushes the feed over Server-Sent Events; a frame that is the same for all is written out once. A stream cannot ask:
 * where it would miss something it is ended, and comes back with the cursor that it had.
 */
export function openStreamDoor(hub: Hub): Streams {
	const streams = new Set<Stream>();
	let heads = 0;
	let closed = false;

	const drop = (stream: Stream): void => {
		streams.delete(stream);
		stream.response.end();
	};
	function write(stream: Stream, text: string): void {
		const { response } = stream;
		if (response.writableEnded || response.destroyed) return void streams.delete(stream);
		if (response.writableLength > UNREAD_MAX) response.destroy();
		else response.write(text);
	}

	function sendChanges(stream: Stream, frame: Changes, whole: () => string): void {
		const { seen, cursor: previous, filter } = stream;
		if (seqOf(frame.previous) > seen) return drop(stream);
		if (seqOf(frame.cursor) <= seen) return;
		stream.seen = seqOf(frame.cursor);
		if (isFiltered(filter)) {
			const changes = frame.changes.filter((change) => change.seq > seen && passes(change, filter));
			if (changes.length === 0) return;
			stream.cursor = frame.cursor;
			write(stream, textOf('changes', { ...frame, previous, changes }));
		} else {
			stream.cursor = frame.cursor;
			write(stream, whole());
		}
	}

	hub.open({
		changes(frame) {
			let text: string | undefined;
			const whole = (): string => (text ??= textOf('changes', frame));
			for (const stream of streams) sendChanges(stream, frame, whole);
		},
		head(head) {
			const text = `${textOf('head', head)}${++heads % COMMENT_EVERY === 0 ? ': still here\n\n' : ''}`;
			for (const stream of streams) {
				const seq = seqOf(head.cursor);
				if (seq > stream.seen) drop(stream);
				else if (seq === stream.seen) {
					stream.cursor = head.cursor;
					write(stream, text);
				} // else it is ahead: what it was told in its sync is still on its way to the others
			}
		},
		reset(sync) {
			const text = textOf('sync', sync);
			for (const stream of streams) {
				if (seqOf(sync.cursor) <= stream.seen) continue; // it opened after the deletion
				stream.seen = seqOf(sync.cursor);
				stream.cursor = sync.cursor;
				write(stream, text);
			}
		},
	});

	return {
		async open(response, { cursor, filter, gone }) {
			if (closed) throw new ProblemError('stopping', 'The server is stopping. Come back.', { retryAfterSeconds: 1 });
			response.on('error', () => response.destroy()); // the other side went while it was written to
			response.writeHead(200, {
				'Content-Type': 'text/event-stream; charset=utf-8',
				'Cache-Control': 'no-store, no-transform',
				'X-Accel-Buffering': 'no', // nginx would gather what is to be pushed
			});
			response.write(`: the feed\nretry: ${RETRY_MS}\n\n`);
			const isWanted = (): boolean => !gone.aborted;
			await hub.withSync(cursor, isWanted, (sync) => {
				if (closed) return void response.end();
				if (gone.aborted) return;
				const stream: Stream = { response, filter, cursor: sync.cursor, seen: seqOf(sync.cursor) };
				const changes = sync.changes.filter((change) => passes(change, filter));
				write(stream, textOf('sync', { ...sync, changes }));
				streams.add(stream);
				gone.addEventListener('abort', () => streams.delete(stream));
			});
		},
		close() {
			closed = true;
			for (const stream of streams) drop(stream);
		},
	};
}

const seqOf = (cursor: string): number => readCursor(cursor)?.seq ?? 0;
const isFiltered = ({ callId, run }: StreamFilter): boolean => callId !== undefined || run !== undefined;

/** Whether a stream is told of this change. Of a deleted call the run is not known any more: the word of it passes. */
function passes(change: Change, { callId, run, runOfCall }: StreamFilter): boolean {
	if (change.type === 'cleared') {
		if (change.run === null) return true;
		const coversCall = callId === undefined || runOfCall === undefined || runOfCall === change.run;
		return (run === undefined || run === change.run) && coversCall;
	}
	if (change.type === 'deleted') return callId === undefined || change.id === callId;
	return (callId === undefined || change.call.id === callId) && (run === undefined || change.call.run === run);
}

function textOf(event: 'sync', data: Sync): string;
function textOf(event: 'changes', data: Changes): string;
function textOf(event: 'head', data: Head): string;
function textOf(event: string, data: { cursor: string }): string {
	return `event: ${event}\nid: ${data.cursor}\ndata: ${JSON.stringify(data)}\n\n`;
}
