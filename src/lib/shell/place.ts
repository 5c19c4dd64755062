type Current = 'page' | 'true' | undefined;

/** Returns the `aria-current` values of the navigation: `page` for the page itself, `true` for its section. */
export const placeIn = (path: string): { calls: Current; deliveries: Current } => ({
	calls: path === '/' ? 'page' : path === '/import' ? 'true' : undefined,
	deliveries: path === '/deliveries' ? 'page' : undefined,
});
