const HANDLES = 'summary, button, a[href]';

/**
 * Remembers the focused control in a list of deliveries. Call the returned function after the list has rendered again:
 * it focuses the same control of the same delivery, or its first one. It returns false if that delivery is gone.
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
