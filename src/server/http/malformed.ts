import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { PROBLEMS, ProblemError } from '#contract';
import { newRequestId } from './request-id.ts';

/**
 * Responds to bytes that Node's parser refuses, with a problem and a request id like every other error, and closes
 * the connection. If `isResponding` is true, only closes: a second response would mix with the response under way.
 */
export function refuseMalformed(server: Server, isResponding: (socket: Duplex) => boolean): void {
	server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
		if (error.code === 'ECONNRESET' || !socket.writable || isResponding(socket)) {
			socket.destroy();
			return;
		}
		const problem = problemOf(error.code);
		const requestId = newRequestId();
		const body = JSON.stringify({ ...problem.toProblem(), requestId });
		const lines = [
			`HTTP/1.1 ${problem.status} ${PROBLEMS[problem.code][1]}`,
			'Content-Type: application/problem+json; charset=utf-8',
			`Content-Length: ${Buffer.byteLength(body)}`,
			'Cache-Control: no-store',
			`X-Request-Id: ${requestId}`,
			'Connection: close',
		];
		// A client that never closes must not keep the connection.
		socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
	});
}

/** Returns the problem for an error code of Node's parser, with the status that Node itself would send. */
function problemOf(code: string | undefined): ProblemError {
	switch (code) {
		case 'HPE_HEADER_OVERFLOW':
			return new ProblemError('headers_too_large', 'Send fewer or shorter headers: 16 KiB in all.');
		case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
			return new ProblemError('body_too_large', 'Send shorter chunk extensions.');
		case 'ERR_HTTP_REQUEST_TIMEOUT':
			return new ProblemError('request_timeout', 'The request did not arrive in time. Send it again.');
		default:
			return new ProblemError(
				'malformed_request',
				'This is not a valid HTTP/1.1 request. Check the request line, the headers and the length of the body.',
			);
	}
}
