import type { Call } from '#contract';

/**
 * Creates the call number `i`. Returns null if the connection was cut, as a server may do with an idle connection.
 * Throws for any status except 201.
 */
export async function askForCall(url: string, i: number): Promise<Call | null> {
	const phoneNumber = `+120255501${String(i % 50).padStart(2, '0')}`;
	let status: number;
	let text: string;
	try {
		const response = await fetch(`${url}/api/calls`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ customerName: `Soak ${i}`, workflow: 'SALES', phoneNumber }),
		});
		status = response.status;
		text = await response.text();
	} catch {
		return null;
	}
	if (status !== 201) throw new Error(`A call was not accepted: ${status} ${text}`);
	return (JSON.parse(text) as { call: Call }).call;
}
