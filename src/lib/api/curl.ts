/**
 * Returns the POSIX shell command that requests the call `body`. The command avoids `--json`, which curl before
 * 7.82 lacks. It reads the API token from the shell's environment, so no token appears in its text.
 */
export function curlLine(apiUrl: string, body: Record<string, unknown>, isProtected: boolean): string {
	return [
		`curl ${quoted(`${apiUrl.replace(/\/$/, '')}/api/calls`)}`,
		...(isProtected ? ['-H "Authorization: Bearer $API_TOKEN"'] : []),
		`-H 'Content-Type: application/json'`,
		// `-d` reads a file if its text begins with @. JSON of an object begins with a brace, so curl sends it as
		// text.
		`-d ${quoted(JSON.stringify(body))}`,
	].join(' \\\n  ');
}

/** Quotes a text as one POSIX shell word, in which no character is special. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A call to a number without an owner: 555-01xx is reserved for fiction. */
export const TEST_CALL = { customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SUPPORT' } as const;

/** Copies a text. Returns false if the browser denies the page access to the clipboard. */
export async function copy(text: string): Promise<boolean> {
	if (!('clipboard' in navigator)) return false;
	return navigator.clipboard.writeText(text).then(
		() => true,
		() => false,
	);
}
