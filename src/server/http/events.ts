import { Router } from 'express';
import { Cursor, EventsQuery, ProblemError } from '#contract';
import { queryOf } from '#http/parameters.ts';
import type { CallReads } from '../calls/reads.ts';
import type { Streams } from '../feed/stream-door.ts';
import type { Access } from './access.ts';
import type { Connections } from './connections.ts';
import { heldOpen } from './held-open.ts';
import type { SessionEnds } from './session-ends.ts';

export interface EventRoutesDeps {
	access: Access;
	streams: Streams;
	connections: Connections;
	reads: CallReads;
	sessionEnds: SessionEnds;
}

/** Routes of `/api/events`: the feed as Server-Sent Events. */
export function eventRoutes({ access, streams, connections, reads, sessionEnds }: EventRoutesDeps): Router {
	const router = Router();
	// Without this route Express would run the GET handler for HEAD, and the stream never ends.
	router.head('/', (_request, response) => {
		response.type('text/event-stream').end();
	});
	router.get('/', async (request, response) => {
		const { cursor, callId, run } = queryOf(request, EventsQuery);
		const resumed = request.get('last-event-id');
		if (resumed !== undefined && resumed !== '' && !Cursor.safeParse(resumed).success)
			throw new ProblemError('invalid_input', 'Last-Event-ID is not a cursor of this feed. Omit it.', {
				errors: [
					{
						path: 'Last-Event-ID',
						message: 'This is not a cursor of this feed. Use a cursor that the server returned, or omit it.',
					},
				],
			});
		const gone = heldOpen(connections, request, response);
		const sender = await access.identify(request);
		const runOfCall = callId === undefined ? undefined : (await reads.call(callId))?.run;
		if (sender?.session && !gone.aborted) {
			// Destroys the socket at once: the client has lost the right to read what is still buffered.
			const leaveSession = sessionEnds.endWith(sender.session, () => request.socket.destroy());
			gone.addEventListener('abort', leaveSession);
		}
		await streams.open(response, { cursor: resumed || cursor, filter: { callId, run, runOfCall }, gone });
	});
	return router;
}
