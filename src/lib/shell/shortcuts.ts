const TYPES = 'input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable]';

/** Single keys, unless somebody types, holds a modifier, or has a dialog or menu open. */
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
