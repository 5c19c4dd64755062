import { connect } from 'node:net';

/** Sends these bytes unchanged over a new connection. Returns everything received until the server closes it. */
export function rawExchange(url: string, bytes: string | Buffer): Promise<string> {
	const { hostname, port } = new URL(url);
	return new Promise((resolve) => {
		const socket = connect(Number(port), hostname);
		let received = '';
		socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
		socket.on('error', () => undefined); // ignored, because `close` follows
		socket.on('close', () => resolve(received));
		socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
	});
}

/** Returns a complete request as text. `lines` are header lines. Its connection closes after the response. */
export function rawRequest(url: string, start: string, lines: readonly string[] = [], body = ''): string {
	const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body, 'latin1')}`];
	const host = lines.some((line) => /^host:/i.test(line)) ? [] : [`Host: ${new URL(url).host}`];
	return [`${start} HTTP/1.1`, ...host, 'Connection: close', ...lines, ...length, '', body].join('\r\n');
}

/** Returns status, headers and body of the first response in this text. The status is 0 if there is none. */
export function readRaw(text: string): { status: number; headers: Headers; body: string } {
	const [head = '', ...rest] = text.split('\r\n\r\n');
	const [start = '', ...lines] = head.split('\r\n');
	const headers = new Headers(lines.map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]));
	return { status: Number(start.split(' ')[1] ?? 0), headers, body: rest.join('\r\n\r\n') };
}
