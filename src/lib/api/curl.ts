/** The terminal's way to ask for the same call. The token stays where it is: the shell puts it in. */
export function curlLine(apiUrl: string, body: Record<string, unknown>, isProtected: boolean): string {
	const json = JSON.stringify(body).replaceAll("'", String.raw`'\''`);
	const token = isProtected ? ' -H "Authorization: Bearer $API_TOKEN"' : '';
	return `curl -X POST ${apiUrl.replace(/\/$/, '')}/api/calls${token} --json '${json}'`;
}

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
