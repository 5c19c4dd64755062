/** Whether percent-encoded text decodes to UTF-8. The result is used because bundlers drop calls whose result is not. */
export function isDecodable(text: string): boolean {
	try {
		return typeof decodeURIComponent(text) === 'string';
	} catch {
		return false; // a URIError: nothing else is thrown here
	}
}
