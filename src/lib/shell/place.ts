type Current = 'page' | 'true' | undefined;

/** What the navigation marks: the page itself, or the part of the house that a page belongs to. */
export const placeIn = (path: string): { calls: Current; deliveries: Current } => ({
	calls: path === '/' ? 'page' : path === '/import' ? 'true' : undefined,
	deliveries: path === '/deliveries' ? 'page' : undefined,
});
