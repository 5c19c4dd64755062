import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** The path on which Socket.IO accepts WebSockets. */
const SOCKET_PATH = '/socket.io/';
/** Headers of the upgrade, which are removed with it. */
const DROPPED = new Set(['upgrade', 'connection', 'http2-settings']);

/**
 * Ignores upgrades that are not Socket.IO's, as a server may (RFC 9110, 7.8): the request runs without the upgrade.
 * Java's client, for example, requests HTTP/2 with every request. Node 20 accepts all upgrades or none; newer versions
 * can choose by `shouldUpgradeCallback`. `isBusy` returns whether an earlier response of the connection is still under
 * way.
 */
export function ignoreOtherUpgrades(server: Server, isBusy: (socket: Duplex) => boolean): void {
	server.on('upgrade', (request: IncomingMessage, socket: Duplex, rest: Buffer) => {
		if (request.url?.startsWith(SOCKET_PATH)) return;
		// This response would be lost behind the earlier one. After the close, the client retries on a new
		// connection.
		if (isBusy(socket)) {
			socket.destroy();
			return;
		}
		socket.unshift(Buffer.concat([headOf(request), rest]));
		server.emit('connection', socket);
	});
}

/** The original request line and headers, without the upgrade. */
function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
	const lines = [`${method} ${url} HTTP/${httpVersion}`];
	for (let i = 0; i < rawHeaders.length; i += 2)
		if (!DROPPED.has(rawHeaders[i]!.toLowerCase())) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
	return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
