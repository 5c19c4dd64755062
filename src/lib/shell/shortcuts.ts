const TYPES = 'input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable]';

/**
 * Returns a `keydown` handler for single-key shortcuts. The handler ignores keys while the reader types, keys with
 * Ctrl, Meta or Alt, and keys in a dialog or popover.
 */
export function shortcuts(keys: Readonly<Record<string, () => void>>): (event: KeyboardEvent) => void {
	return (event) => {
		if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
		const { target } = event;
		if (target instanceof Element && target.closest(`${TYPES}, dialog, [popover]`)) return;
		const act = keys[event.key.toLowerCase()];
		if (!act) return;
		event.preventDefault();
		act();
	};
}
