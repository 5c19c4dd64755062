import type { ServerResponse } from 'node:http';
import type { Change, Changes, Head, Sync } from '#contract';
import type { Hub } from './hub.ts';
import { UNREAD_MAX } from './one-frame.ts';

/** What of the feed a stream wants: everything, one call, one run, or one call if it is of that run. */
export interface StreamFilter {
	callId?: string | undefined;
	run?: string | undefined;
}

export interface Streams {
	/**
	 * Writes the feed as Server-Sent Events until the other side goes: `sync` first, then `changes` and `head`. `runOf`
	 * is the run of the call that is asked for, as far as it is known: clearing that run covers the call.
	 */
	open(response: ServerResponse, cursor: string | undefined, filter: StreamFilter, runOf: string | null): Promise<void>;
	close(): void;
}

interface Stream {
	response: ServerResponse;
	filter: StreamFilter;
	runOf: string | null;
	/** The cursor that it was sent last. */
	cursor: string;
}

/** How many heads there are between two comments: proxies look for bytes, some for other bytes than events. */
const COMMENT_EVERY = 3;
/** Told to EventSource: when to come back, in milliseconds. */
const RETRY_MS = 1_000;

/** Pushes the feed over Server-Sent Events; a frame that is the same for all is written out once. */
export function openStreamDoor(hub: Hub): Streams {
	const streams = new Set<Stream>();
	let heads = 0;

	const write = (stream: Stream, text: string): void => {
		const { response } = stream;
		if (response.writableLength > UNREAD_MAX) response.destroy();
		else response.write(text);
	};

	function sendChanges(stream: Stream, frame: Changes, whole: () => string): void {
		const { filter, cursor: previous } = stream;
		if (isFiltered(filter)) {
			const changes = frame.changes.filter((change) => passes(change, stream));
			if (changes.length === 0) return;
			stream.cursor = frame.cursor;
			write(stream, textOf('changes', { ...frame, previous, changes }));
		} else {
			stream.cursor = frame.cursor;
			write(stream, previous === frame.previous ? whole() : textOf('changes', { ...frame, previous }));
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
				stream.cursor = head.cursor;
				write(stream, text);
			}
		},
	});

	return {
		async open(response, cursor, filter, runOf) {
			response.writeHead(200, {
				'Content-Type': 'text/event-stream; charset=utf-8',
				'Cache-Control': 'no-store, no-transform',
				'X-Accel-Buffering': 'no', // nginx would gather what is to be pushed
			});
			response.write(`: the feed\nretry: ${RETRY_MS}\n\n`);
			await hub.withSync(cursor, (sync) => {
				if (response.destroyed || response.writableEnded) return;
				const stream: Stream = { response, filter, runOf, cursor: sync.cursor };
				const changes = sync.changes.filter((change) => passes(change, stream));
				write(stream, textOf('sync', { ...sync, changes }));
				streams.add(stream);
				response.on('close', () => streams.delete(stream));
			});
		},
		close() {
			for (const { response } of streams) response.end();
			streams.clear();
		},
	};
}

const isFiltered = ({ callId, run }: StreamFilter): boolean => callId !== undefined || run !== undefined;

/** Whether a stream is told of this change. Of a deleted call the run is not known any more: the word of it passes. */
function passes(change: Change, stream: Pick<Stream, 'filter' | 'runOf'>): boolean {
	const { callId, run } = stream.filter;
	if (change.type === 'cleared') {
		if (change.run === null) return true;
		return (run === undefined || run === change.run) && (callId === undefined || stream.runOf === change.run);
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
