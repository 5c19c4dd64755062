const TYPES = 'input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable]';

/** Handles single-key shortcuts, except while typing, with a modifier key, or in an open dialog or popover. */
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
