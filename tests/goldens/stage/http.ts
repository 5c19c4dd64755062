import { request, type IncomingHttpHeaders } from 'node:http';

export interface Asked {
	method: string;
	path: string;
	headers: Readonly<Record<string, string>>;
	body: string | Buffer | undefined;
}

export interface Answered {
	status: number;
	headers: IncomingHttpHeaders;
	text: string;
}

/** Sends one request on a connection of its own, with these headers and the length of the body. */
export function send(url: string, { method, path, headers, body }: Asked): Promise<Answered> {
	return new Promise((resolve, reject) => {
		// Node itself sends no length for a method that rarely has a body, such as DELETE.
		const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
		const sent = request(url, { method, path, headers: { ...headers, ...length }, agent: false }, (response) => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('error', reject);
			response.on('end', () => {
				const text = Buffer.concat(chunks).toString('utf8');
				resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
			});
		});
		sent.on('error', reject);
		sent.end(body);
	});
}
