/**
 * Returns the option that the user chose in the server-rendered select before hydration. Returns null if there is none.
 * Call it while the component initializes: `bind:value` of a select, unlike that of an input, would reset the choice.
 */
export const chosenBefore = (select: string): string | null =>
	typeof document === 'undefined' ? null : (document.querySelector<HTMLSelectElement>(select)?.value ?? null);
