const moves = (): boolean => !matchMedia('(prefers-reduced-motion: reduce)').matches;
const EASE = 'cubic-bezier(0.2, 0, 0, 1)';

/** Slides in a new row. */
export function arrive(row: Element): void {
	if (!moves()) return;
	row.animate([{ opacity: 0, transform: 'translateY(-8px)' }, {}], { duration: 320, easing: EASE });
}

/** Tints a changed row's background, and fades the tint out once. */
export function flash(row: Element): void {
	if (!moves()) return;
	row.animate([{ backgroundColor: getComputedStyle(row).getPropertyValue('--accent-tint') }, {}], {
		duration: 1_500,
		easing: EASE,
	});
}
