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

/** One request on a connection of its own, with exactly these headers. */
export function send(url: string, { method, path, headers, body }: Asked): Promise<Answered> {
	return new Promise((resolve, reject) => {
		// Node leaves the length out where a method has no body as a rule.
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
