/** A field of a client's untrusted payload, which may have any type. */
export function fieldOf(sent: unknown, name: string): unknown {
	return typeof sent === 'object' && sent !== null && name in sent
		? (sent as Record<string, unknown>)[name]
		: undefined;
}
