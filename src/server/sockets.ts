import { Server } from 'socket.io';
import { ProblemError } from '#contract';
import { OneFrameAdapter } from './feed/one-frame.ts';
import type { FeedServer } from './feed/socket-door.ts';
import type { Access } from './http/access.ts';
import { tooMany, type Connections } from './http/connections.ts';
import { checkHost, checkOrigin, type GuardRules } from './http/guards.ts';
import type { SessionEnds } from './http/session-ends.ts';

export interface SocketsDeps {
	access: Access;
	rules: GuardRules;
	connections: Connections;
	sessionEnds: SessionEnds;
	onError(error: unknown): void;
}

/** How long a connection may stay open without joining the feed namespace. */
const CONNECT_WITHIN_MS = 10_000;

/**
 * Creates the Socket.IO server, WebSocket only. The server rejects wrong origins before the upgrade and wrong
 * tokens before any event.
 */
export function createSockets({ access, rules, connections, sessionEnds, onError }: SocketsDeps): FeedServer {
	const io: FeedServer = new Server({
		transports: ['websocket'],
		serveClient: false,
		// src/server/http/upgrades.ts handles all other upgrades.
		destroyUpgrade: false,
		perMessageDeflate: false,
		httpCompression: false,
		connectTimeout: CONNECT_WITHIN_MS,
		maxHttpBufferSize: 64 * 1_024,
		adapter: OneFrameAdapter,
		allowRequest: (request, decide) => {
			try {
				checkHost(request.headers, rules);
				checkOrigin(request.headers, rules);
				const leave = connections.enter(request);
				if (!leave) throw tooMany();
				request.socket.once('close', leave);
				decide(null, true);
			} catch (error) {
				if (!(error instanceof ProblemError)) onError(error);
				decide(error instanceof ProblemError ? error.message : 'refused', false);
			}
		},
	});

	/** Connections that already have a socket. With a second socket, a connection would get every frame twice. */
	const taken = new WeakSet<object>();

	io.use((socket, next) => {
		if (taken.has(socket.conn))
			return next(
				refusal(
					new ProblemError(
						'too_many_requests',
						'This connection already has a socket. Open another connection for another socket.',
					),
				),
			);
		taken.add(socket.conn);
		const { token } = socket.handshake.auth as { token?: unknown };
		const { headers } = socket.request;
		access.identify(socket.request, typeof token === 'string' ? token : undefined).then(
			(sender) => {
				if (socket.conn.readyState !== 'open') return; // the connection closed during the lookup
				if (!sender)
					return next(refusal(new ProblemError('unauthorized', 'Send the API_TOKEN as auth.token, or sign in.')));
				// Browsers attach cookies automatically, so a session cookie counts only together with an `Origin`.
				// `allowRequest` has checked it.
				if (sender.session && headers.origin === undefined)
					return next(
						refusal(
							new ProblemError(
								'origin_not_allowed',
								'The Origin header is missing. Send it with the session cookie, or send the API_TOKEN as auth.token.',
							),
						),
					);
				if (sender.session)
					socket.on(
						'disconnect',
						sessionEnds.endWith(sender.session, () => socket.disconnect(true)),
					);
				next();
			},
			(error: unknown) => {
				if (error instanceof ProblemError) return next(refusal(error));
				onError(error);
				next(new Error('refused'));
			},
		);
	});
	return io;
}

function refusal(problem: ProblemError): Error {
	return Object.assign(new Error(problem.message), { data: problem.toProblem() });
}
