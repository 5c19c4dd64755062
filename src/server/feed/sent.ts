/** A field of what a client sent, which may be anything. */
export function fieldOf(sent: unknown, name: string): unknown {
	return typeof sent === 'object' && sent !== null && name in sent
		? (sent as Record<string, unknown>)[name]
		: undefined;
}
