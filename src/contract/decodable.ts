/** Whether percent-encoded text decodes to UTF-8. Bundlers drop calls with unused results, so the result is used. */
export function isDecodable(text: string): boolean {
	try {
		return typeof decodeURIComponent(text) === 'string';
	} catch {
		return false; // decodeURIComponent throws only URIError
	}
}
