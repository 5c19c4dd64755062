const EDGE = 8;
const GAP = 4;

/** Places an open popover below its button, or above if there is no room, and inside the window. */
export function putUnder(popover: HTMLElement, button: Element, align: 'start' | 'end' = 'start'): void {
	const at = button.getBoundingClientRect();
	const { offsetWidth: width, offsetHeight: height } = popover;
	const left = align === 'start' ? at.left : at.right - width;
	const below = at.bottom + GAP;
	const top = below + height + EDGE <= innerHeight || at.top < height ? below : at.top - GAP - height;
	Object.assign(popover.style, {
		positionArea: 'none',
		left: `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`,
		top: `${Math.max(EDGE, top)}px`,
	});
}
