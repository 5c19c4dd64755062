/**
 * Returns the value of the server-rendered select that matches the CSS selector `select`: the user may have
 * changed it before hydration. Returns null on the server, or without such a select. Call this while the component
 * initializes: `bind:value` of a select, unlike that of an input, would reset the choice.
 */
export const chosenBefore = (select: string): string | null =>
	typeof document === 'undefined' ? null : (document.querySelector<HTMLSelectElement>(select)?.value ?? null);
