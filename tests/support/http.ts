import { request } from 'node:http';
import type { ApiResponse } from './app.ts';

/** Sends a request with exactly these headers, including those that `fetch` sets itself, such as Host. */
export function plainRequest(
	url: string,
	{ method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<ApiResponse<unknown>> {
	return new Promise((resolve, reject) => {
		const sent = request(url, { method, headers, agent: false }, (response) => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('end', () => {
				const text = Buffer.concat(chunks).toString('utf8');
				const responseHeaders = new Headers(
					Object.entries(response.headers).flatMap(([name, value]): [string, string][] =>
						value === undefined ? [] : [value].flat().map((one) => [name, one]),
					),
				);
				const isJson = /json/.test(responseHeaders.get('content-type') ?? '');
				resolve({
					status: response.statusCode ?? 0,
					headers: responseHeaders,
					body: isJson ? (JSON.parse(text) as unknown) : text,
				});
			});
		});
		sent.on('error', reject);
		sent.end(body);
	});
}
