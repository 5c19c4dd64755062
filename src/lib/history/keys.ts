import type { Scroller } from './scroller.svelte.ts';

/** The call whose row an element is in. */
export const rowOf = (target: EventTarget | null): string | null =>
	target instanceof Element ? (target.closest('[data-call]')?.getAttribute('data-call') ?? null) : null;

const alone = ({ ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean =>
	!ctrlKey && !metaKey && !altKey && !shiftKey;

/** Within a row the arrows and the page keys go to the same button of another row. */
export function walk(event: KeyboardEvent, scroller: Scroller): void {
	const id = rowOf(event.target);
	const row = scroller.rows.find(({ call }) => call.id === id);
	if (!row || event.defaultPrevented || !alone(event)) return;
	const page = scroller.screenful;
	const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }[event.key];
	if (by === undefined) return;
	event.preventDefault();
	void scroller.focusRow(row.index + by);
}

const FIELDS = 'input, textarea, select, [contenteditable], dialog, [popover]';

/** Home and End go to the ends of the list, however much of it was read, unless somebody types or has a menu open. */
export function toEnds(event: KeyboardEvent, scroller: Scroller): void {
	if (event.defaultPrevented || !alone(event) || (event.key !== 'Home' && event.key !== 'End')) return;
	if (event.target instanceof Element && event.target.closest(FIELDS)) return;
	event.preventDefault();
	void (event.key === 'Home' ? scroller.toStart() : scroller.toEnd());
}
