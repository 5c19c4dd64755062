const HANDLES = 'summary, button, a[href]';

/**
 * Remembers what has the focus in a list of deliveries; what it answers gives it back after the list was drawn anew. The
 * same handle of the same delivery, its first where that one is gone; false where nothing is left to give it to.
 */
export function keepFocus(): () => boolean {
	const focused = document.activeElement;
	const row = focused?.closest<HTMLElement>('[data-delivery]');
	const id = row?.dataset.delivery;
	if (!row || !focused || id === undefined) return () => true;
	const at = handles(row).indexOf(focused as HTMLElement);
	return () => {
		if (document.activeElement !== document.body) return true;
		const now = document.querySelector<HTMLElement>(`[data-delivery="${CSS.escape(id)}"]`);
		if (!now) return false;
		const all = handles(now);
		const same = focused.matches('summary') ? all[at] : undefined;
		(same ?? all[0])?.focus({ preventScroll: true });
		return true;
	};
}

const handles = (row: HTMLElement): HTMLElement[] => [...row.querySelectorAll<HTMLElement>(HANDLES)];
