/**
 * The command that requests the same call from a POSIX shell, with a curl of any age: `--json` came with 7.82. The token
 * stays out of it: the shell puts it in.
 */
export function curlLine(apiUrl: string, body: Record<string, unknown>, isProtected: boolean): string {
	return [
		`curl ${quoted(`${apiUrl.replace(/\/$/, '')}/api/calls`)}`,
		...(isProtected ? ['-H "Authorization: Bearer $API_TOKEN"'] : []),
		`-H 'Content-Type: application/json'`,
		// JSON of an object begins with a brace: `-d` takes a text that begins with @ for the name of a file.
		`-d ${quoted(JSON.stringify(body))}`,
	].join(' \\\n  ');
}

/** One word of a POSIX shell, in which no character means anything. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A number that is nobody's: 555-01xx is kept for fiction. */
export const TEST_CALL = { customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SUPPORT' } as const;

/** False where the browser does not let a page write to the clipboard. */
export async function copy(text: string): Promise<boolean> {
	if (!('clipboard' in navigator)) return false;
	return navigator.clipboard.writeText(text).then(
		() => true,
		() => false,
	);
}
