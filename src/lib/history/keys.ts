import type { Scroller } from './scroller.svelte.ts';

/** Returns the id of the call whose row contains an element; null outside the rows. */
export const rowOf = (target: EventTarget | null): string | null =>
	target instanceof Element ? (target.closest('[data-call]')?.getAttribute('data-call') ?? null) : null;

const alone = ({ ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean =>
	!ctrlKey && !metaKey && !altKey && !shiftKey;

const FIELDS = 'input, textarea, select, [contenteditable], dialog, [popover]';

/** Moves the focus to the button of another row, for an arrow or page key that is pressed in a row. */
export function walk(event: KeyboardEvent, scroller: Scroller): void {
	const id = rowOf(event.target);
	const row = scroller.rows.find(({ call }) => call.id === id);
	if (!row || event.defaultPrevented || !alone(event)) return;
	const page = scroller.viewport.screenful;
	const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }[event.key];
	if (by === undefined) return;
	event.preventDefault();
	void scroller.focusRow(row.index + by);
}

/** Returns how far the browser scrolls for a key, in pixels; 0 for a key that does not scroll. */
const strideOf = ({ key, shiftKey }: KeyboardEvent): number => {
	const [line, page] = [40, innerHeight * 0.875];
	if (key === ' ') return shiftKey ? -page : page;
	return { ArrowDown: line, ArrowUp: -line, PageDown: page, PageUp: -page }[key] ?? 0;
};

/** Scrolls for a key that is pressed while the list scrolls itself, because the browser would ignore that key. */
export function scrolls(event: KeyboardEvent, { viewport }: Scroller): void {
	if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
	if (event.target instanceof Element && event.target.closest(`${FIELDS}, button, a`)) return;
	const by = strideOf(event);
	if (by === 0 || !viewport.landing) return;
	event.preventDefault();
	scrollBy(0, by);
}

/** Jumps to an end of the whole list for Home and End, except in a field, a menu or a dialog. */
export function toEnds(event: KeyboardEvent, scroller: Scroller): void {
	if (event.defaultPrevented || !alone(event) || (event.key !== 'Home' && event.key !== 'End')) return;
	if (event.target instanceof Element && event.target.closest(FIELDS)) return;
	event.preventDefault();
	void (event.key === 'Home' ? scroller.toStart() : scroller.toEnd());
}
