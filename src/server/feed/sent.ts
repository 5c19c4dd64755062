/** Returns a field of what a client sent, or undefined. The payload is untrusted and may have any type. */
export function fieldOf(sent: unknown, name: string): unknown {
	return typeof sent === 'object' && sent !== null && name in sent
		? (sent as Record<string, unknown>)[name]
		: undefined;
}
