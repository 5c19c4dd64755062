const HANDLES = 'summary, button, a[href]';

/**
 * Remembers which delivery in the list has the focus. Call the returned function after the list has rendered
 * again. If the focus was lost, that function focuses the same `summary` of the delivery, or else its first
 * control. It returns false if the delivery is gone.
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
