import { STATUS_CODES, type Server } from 'node:http';
import { ProblemError } from '#contract';

/** Where Socket.IO takes WebSockets. */
const SOCKET_PATH = '/socket.io/';

/**
 * Refuses upgrades that are not Socket.IO's at once, such as those to HTTP/2 or to another path. Without it the client
 * waits a second and gets no response.
 */
export function refuseOtherUpgrades(server: Server): void {
	server.on('upgrade', ({ url = '' }, socket) => {
		if (url.startsWith(SOCKET_PATH)) return;
		const problem = new ProblemError(
			'invalid_input',
			`Only ${SOCKET_PATH} upgrades. Send the request without Upgrade.`,
		);
		const body = JSON.stringify(problem.toProblem());
		socket.on('error', () => undefined); // the client left: no response can reach it
		socket.end(
			[
				`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
				'Content-Type: application/problem+json; charset=utf-8',
				`Content-Length: ${Buffer.byteLength(body)}`,
				'Connection: close',
				'',
				body,
			].join('\r\n'),
		);
	});
}
