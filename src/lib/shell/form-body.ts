import { isDecodable } from '#contract/decodable.ts';

const URLENCODED = 'application/x-www-form-urlencoded';
const FORM_TYPES = [URLENCODED, 'multipart/form-data'];

/**
 * Reads a form's body. Returns the same request with its body in memory, or the status that refuses the request.
 * Without this check, Kit throws on a malformed body, and decodes bytes that are not UTF-8 to replacement
 * characters.
 */
export async function readForm(request: Request): Promise<Request | 400 | 413 | 415> {
	const [type = '', ...parameters] = (request.headers.get('content-type') ?? '').split(';').map((part) => part.trim());
	const charset = parameters.find((parameter) => /^charset=/i.test(parameter));
	if (!FORM_TYPES.includes(type.toLowerCase())) return 415;
	if (charset !== undefined && !/^charset="?utf-?8"?$/i.test(charset)) return 415;
	let body: ArrayBuffer;
	try {
		body = await request.arrayBuffer();
	} catch (error) {
		// 413 is Kit's own body limit. Otherwise the client disconnected.
		return (error as { status?: number }).status === 413 ? 413 : 400;
	}
	try {
		const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
		if (type.toLowerCase() === URLENCODED && !isDecodable(text)) return 400;
		const headers = new Headers(request.headers);
		// Without this header Kit responds to scripts with 200, and with the real status inside its own JSON.
		headers.set('accept', 'text/html');
		const read = new Request(request.url, { method: request.method, headers, body, signal: request.signal });
		await read.clone().formData();
		return read;
	} catch {
		return 400; // not UTF-8, or not of its content type
	}
}
