/**
 * What was chosen in the server's page before this script came, asked for while the components are made; null where the
 * server did not draw it. The binding of a select, unlike that of an input, would undo it.
 */
export const chosenBefore = (select: string): string | null =>
	typeof document === 'undefined' ? null : (document.querySelector<HTMLSelectElement>(select)?.value ?? null);
