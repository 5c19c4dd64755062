import { Server } from 'socket.io';
import { ProblemError } from '#contract';
import type { FeedServer } from './feed/hub.ts';
import type { Access } from './http/access.ts';
import { checkHost, checkOrigin, type GuardRules } from './http/guards.ts';
import type { Session } from './http/sessions.ts';

/** Socket.IO, WebSocket only. Nobody who may not is let in: wrong origins before the upgrade, wrong tokens before any event. */
export function createSockets(access: Access, rules: GuardRules, onError: (error: unknown) => void): FeedServer {
	const io: FeedServer = new Server({
		transports: ['websocket'],
		serveClient: false,
		perMessageDeflate: false,
		httpCompression: false,
		maxHttpBufferSize: 64 * 1_024,
		allowRequest: (request, answer) => {
			try {
				checkHost(request.headers, rules);
				checkOrigin(request.headers, rules);
				answer(null, true);
			} catch (error) {
				if (!(error instanceof ProblemError)) onError(error);
				answer(error instanceof ProblemError ? error.message : 'refused', false);
			}
		},
	});

	io.use((socket, next) => {
		const { token } = socket.handshake.auth as { token?: unknown };
		const { headers } = socket.request;
		access.identify(headers, typeof token === 'string' ? token : undefined).then(
			(visitor) => {
				if (!visitor)
					return next(refusal(new ProblemError('unauthorized', 'Send auth.token with the API_TOKEN, or log in.')));
				// A socket that a cookie opens needs an Origin, as a change by REST does.
				if (visitor.session && headers.origin === undefined)
					return next(
						refusal(new ProblemError('origin_not_allowed', 'With a session cookie, send the Origin header too.')),
					);
				if (visitor.session) endWith(visitor.session, socket);
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

export const sessionRoom = ({ id }: Session): string => `session:${id}`;

type FeedSocket = Parameters<Parameters<FeedServer['use']>[0]>[0];

/** The socket ends with its session: at logout by the room, at its end by this timer. */
function endWith(session: Session, socket: FeedSocket): void {
	void socket.join(sessionRoom(session));
	const end = setTimeout(() => socket.disconnect(true), Math.max(0, session.expiresAt - Date.now()));
	socket.on('disconnect', () => clearTimeout(end));
}

function refusal(problem: ProblemError): Error {
	return Object.assign(new Error(problem.message), { data: problem.toProblem() });
}
