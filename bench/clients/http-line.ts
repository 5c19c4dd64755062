import { connect, type Socket } from 'node:net';

/** What came back. */
export interface HttpAnswer {
	status: number;
	body: Buffer;
	/** With the head. */
	bytes: number;
}

interface Waiting {
	resolve(answer: HttpAnswer): void;
	reject(error: Error): void;
}

/** One kept HTTP connection that carries one request at a time, cheaper than `node:http`'s client. */
export interface HttpLine {
	request(method: string, path: string, headers?: Record<string, string>, body?: string): Promise<HttpAnswer>;
	close(): void;
}

/** A line to a server of this machine; it connects when it is needed, again where the server has closed it. */
export function createHttpLine(port: number): HttpLine {
	let socket: Socket | undefined;
	let waiting: Waiting | undefined;
	let chunks: Buffer[] = [];

	function open(): Socket {
		const opened = connect({ port, host: '127.0.0.1', noDelay: true });
		chunks = [];
		opened.on('data', (chunk: Buffer) => {
			chunks.push(chunk);
			const answer = wholeAnswer(chunks);
			if (!answer) return;
			chunks = [];
			const { resolve } = waiting!;
			waiting = undefined;
			resolve(answer);
		});
		opened.on('error', () => undefined); // told by the close
		opened.on('close', () => {
			if (socket === opened) socket = undefined;
			waiting?.reject(new Error('A request was cut off.'));
			waiting = undefined;
		});
		return opened;
	}

	return {
		request(method, path, headers = {}, body = '') {
			socket ??= open();
			const lines = Object.entries({
				Host: `127.0.0.1:${port}`,
				'Content-Length': Buffer.byteLength(body),
				...headers,
			});
			socket.write(
				`${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
			);
			return new Promise((resolve, reject) => (waiting = { resolve, reject }));
		},
		close: () => void socket?.destroy(),
	};
}

/** The answer, once all of it has come. It must tell its length. */
function wholeAnswer(chunks: Buffer[]): HttpAnswer | undefined {
	const data = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
	chunks.splice(0, chunks.length, data);
	const end = data.indexOf('\r\n\r\n');
	if (end < 0) return undefined;
	const head = data.toString('latin1', 0, end);
	const status = Number(head.slice(9, 12));
	const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? (status === 204 ? '0' : undefined);
	if (length === undefined) throw new Error(`An answer without a length: ${head}`);
	const bytes = end + 4 + Number(length);
	return data.length < bytes ? undefined : { status, body: data.subarray(end + 4, bytes), bytes };
}
