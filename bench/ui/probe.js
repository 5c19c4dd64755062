/* In the page: how long the list's part of the screen has blank places, frames that came late, long tasks, rows. */
window.probe = (() => {
	let told;
	const reset = () => (told = { blank: [], frames: 0, late: 0, longTasks: [], rows: 0 });
	reset();
	new PerformanceObserver((list) => {
		for (const { duration } of list.getEntries()) told.longTasks.push(duration);
	}).observe({ entryTypes: ['longtask'] });
	let [last, since] = [performance.now(), null];
	const isBlank = () => {
		const body = document.querySelector('table.calls tbody');
		if (!body) return false;
		const rows = [...body.querySelectorAll('[data-call]')];
		told.rows = Math.max(told.rows, rows.length);
		const all = body.getBoundingClientRect();
		const top = Math.max(all.top, Number.parseFloat(getComputedStyle(body).scrollMarginTop));
		const bottom = Math.min(all.bottom, innerHeight);
		let drawn = 0;
		for (const row of rows) {
			const at = row.getBoundingClientRect();
			drawn += Math.max(0, Math.min(at.bottom, bottom) - Math.max(at.top, top));
		}
		return drawn < bottom - top - 1;
	};
	const frame = (now) => {
		told.frames++;
		if (now - last > 25) told.late++;
		last = now;
		if (isBlank()) since ??= now;
		else if (since !== null) {
			told.blank.push(now - since);
			since = null;
		}
		requestAnimationFrame(frame);
	};
	requestAnimationFrame(frame);
	return {
		reset,
		read: () => ({ ...told, isBlank: since !== null, heapMiB: performance.memory.usedJSHeapSize / 2 ** 20 }),
	};
})();
