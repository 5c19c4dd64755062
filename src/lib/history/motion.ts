const moves = (): boolean => !matchMedia('(prefers-reduced-motion: reduce)').matches;
const EASE = 'cubic-bezier(0.2, 0, 0, 1)';

/** Slides in a new row. */
export function arrive(row: Element): void {
	if (!moves()) return;
	row.animate([{ opacity: 0, transform: 'translateY(-8px)' }, {}], { duration: 320, easing: EASE });
}

/** Fades a changed row once from the accent's tint. */
export function flash(row: Element): void {
	if (!moves()) return;
	row.animate([{ backgroundColor: getComputedStyle(row).getPropertyValue('--accent-tint') }, {}], {
		duration: 1_500,
		easing: EASE,
	});
}
