import type { ServerResponse } from 'node:http';
import { ProblemError, type Change, type Changes, type Head, type Sync } from '#contract';
import { readCursor } from '#contract/cursor.ts';
import type { Hub } from './hub.ts';
import { UNREAD_BYTES_MAX } from './unread.ts';

/** Which changes a stream receives: all, or those of a call, of a run, or of a call in that run. */
export interface StreamFilter {
	callId?: string | undefined;
	run?: string | undefined;
	/**
	 * The run of the call `callId`; null if the call has none. A clear of this run deletes the call, so the stream
	 * receives it. Undefined if the call no longer exists.
	 */
	runOfCall?: string | null | undefined;
}

export interface StreamRequest {
	cursor: string | undefined;
	filter: StreamFilter;
	/** Aborts when the client has disconnected. */
	gone: AbortSignal;
}

export interface Streams {
	/**
	 * Writes the feed as Server-Sent Events until the client disconnects: `sync` first, then `changes` and `head`.
	 * Throws `stopping` during a shutdown.
	 */
	open(response: ServerResponse, request: StreamRequest): Promise<void>;
	/** Ends all streams and opens no more. */
	close(): void;
}

interface Stream {
	response: ServerResponse;
	filter: StreamFilter;
	/** The cursor sent last. */
	cursor: string;
	/** The seq up to which the stream has received every change that passes its filter. */
	seen: number;
}

/**
 * An SSE comment follows each third head: proxies close quiet connections, and some need bytes other than events.
 */
const COMMENT_EVERY = 3;
/** The reconnect delay for EventSource, in milliseconds. */
const RETRY_MS = 1_000;

/**
 * Pushes the feed over Server-Sent Events. A frame that is the same for all streams is serialized once. A stream
 * cannot request a sync. Before a stream would miss a change, the server ends it, and the client reconnects with
 * its last cursor.
 */
export function openStreamTransport(hub: Hub): Streams {
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
		if (response.writableLength > UNREAD_BYTES_MAX) response.destroy();
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
				} // otherwise the stream is ahead: other clients have yet to receive what its sync contained
			}
		},
		reset(sync) {
			const text = textOf('sync', sync);
			for (const stream of streams) {
				if (seqOf(sync.cursor) <= stream.seen) continue; // the sync of this stream contained the deletion
				stream.seen = seqOf(sync.cursor);
				stream.cursor = sync.cursor;
				write(stream, text);
			}
		},
	});

	return {
		async open(response, { cursor, filter, gone }) {
			if (closed) throw new ProblemError('stopping', 'The server is stopping. Reconnect.', { retryAfterSeconds: 1 });
			response.on('error', () => response.destroy()); // the client disconnected during a write
			response.writeHead(200, {
				'Content-Type': 'text/event-stream; charset=utf-8',
				'Cache-Control': 'no-store, no-transform',
				'X-Accel-Buffering': 'no', // nginx would buffer the pushed data
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

/** Whether a stream receives this change. A deleted call's run is unknown, so its deletion passes the run filter. */
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
