import { connect, type Socket } from 'node:net';
import type { Call } from '#contract';

/**
 * A keep-alive HTTP connection for one request at a time. It costs less CPU than `node:http`, so clients slow the
 * measured server less. Connects again after the server has closed the connection.
 */
export type HttpLine = ReturnType<typeof createHttpLine>;
export function createHttpLine(port: number) {
	let socket: Socket | undefined;
	let received: Buffer = Buffer.alloc(0);
	let waiting: { resolve(response: Buffer): void; reject(error: Error): void } | undefined;

	function open(): Socket {
		const opened = connect({ port, host: '127.0.0.1', noDelay: true });
		received = Buffer.alloc(0);
		opened.on('data', (chunk: Buffer) => {
			received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
			if (received.length < sizeOf(received)) return;
			waiting!.resolve(received);
			[received, waiting] = [Buffer.alloc(0), undefined];
		});
		opened.on('error', () => undefined); // ignored, because `close` rejects the request
		opened.on('close', () => {
			if (socket === opened) socket = undefined;
			waiting?.reject(new Error('A request was cut off.'));
			waiting = undefined;
		});
		return opened;
	}

	return {
		/** Returns the body and the size of the whole response. Throws unless the status is 200 or 201. */
		async request(method: string, path: string, body = '', headers: Record<string, string> = {}) {
			socket ??= open();
			const all = { host: 'localhost', 'content-length': Buffer.byteLength(body), ...headers };
			const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
			socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
			const response = await new Promise<Buffer>((resolve, reject) => (waiting = { resolve, reject }));
			const text = response.toString('utf8', response.indexOf(END) + END.length);
			const status = response.toString('latin1', 9, 12);
			if (status !== '200' && status !== '201') throw new Error(`${method} ${path} returned ${status}: ${text}`);
			return { body: text, bytes: response.length };
		},
		close: () => void socket?.destroy(),
	};
}

const END = '\r\n\r\n';

/** Returns the size of the response in the buffer; Infinity until the head of the response is complete. */
function sizeOf(response: Buffer): number {
	const end = response.indexOf(END);
	if (end < 0) return Infinity;
	const length = /\r\ncontent-length: *(\d+)/i.exec(response.toString('latin1', 0, end))?.[1];
	if (length === undefined) throw new Error('A response has no Content-Length.');
	return end + END.length + Number(length);
}

export const JSON_BODY = { 'content-type': 'application/json' };

/** Returns the request for call number `i`, scheduled so far in the future that no server dispatches the call. */
export const newCall = (i: number) => ({
	customerName: `Ada Lovelace ${i}`,
	phoneNumber: `+1202555${String(100 + (i % 100)).padStart(4, '0')}`,
	workflow: 'SUPPORT' as const,
	scheduledAt: '2999-01-01T00:00:00Z',
});

/** Creates call number `i` and returns its id. */
export async function createCall(line: HttpLine, i: number): Promise<string> {
	const { body } = await line.request('POST', '/api/calls', JSON.stringify(newCall(i)), JSON_BODY);
	return (JSON.parse(body) as { call: Call }).call.id;
}

export const getJson = async <T>(line: HttpLine, path: string): Promise<T> =>
	JSON.parse((await line.request('GET', path)).body) as T;
