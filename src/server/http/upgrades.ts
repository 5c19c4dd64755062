import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Where Socket.IO takes WebSockets. */
const SOCKET_PATH = '/socket.io/';
/** They belong to the upgrade, and are left out with it. */
const DROPPED = new Set(['upgrade', 'connection', 'http2-settings']);

/**
 * Ignores upgrades that are not Socket.IO's, as a server may (RFC 9110, 7.8): the request runs as if it had not asked.
 * Java's client, for one, asks for HTTP/2 with every request. Node 20 takes all upgrades or none; newer versions can
 * choose by `shouldUpgradeCallback`. `isBusy` says whether an earlier response of the connection is still under way.
 */
export function ignoreOtherUpgrades(server: Server, isBusy: (socket: Duplex) => boolean): void {
	server.on('upgrade', (request: IncomingMessage, socket: Duplex, rest: Buffer) => {
		if (request.url?.startsWith(SOCKET_PATH)) return;
		// Its response would be lost behind the other one: the client sends it again on a connection of its own.
		if (isBusy(socket)) {
			socket.destroy();
			return;
		}
		socket.unshift(Buffer.concat([headOf(request), rest]));
		server.emit('connection', socket);
	});
}

/** The request line and the headers as they came, without the upgrade. */
function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
	const lines = [`${method} ${url} HTTP/${httpVersion}`];
	for (let i = 0; i < rawHeaders.length; i += 2)
		if (!DROPPED.has(rawHeaders[i]!.toLowerCase())) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
	return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
