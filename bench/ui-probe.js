/** Runs in the page. Records how long a part of the list has no rows, the late frames, and the longest task. */
window.probe = (() => {
	let [blanks, late, longest] = [[], 0, 0];
	let [last, blankSince] = [performance.now(), null];
	new PerformanceObserver((list) => {
		for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
	}).observe({ entryTypes: ['longtask'] });
	const isBlank = () => {
		const body = document.querySelector('table.calls tbody');
		if (!body) return false;
		const area = body.getBoundingClientRect();
		const top = Math.max(area.top, Number.parseFloat(getComputedStyle(body).scrollMarginTop));
		const bottom = Math.min(area.bottom, innerHeight);
		const filled = [...body.querySelectorAll('[data-call]')]
			.map((row) => row.getBoundingClientRect())
			.reduce((sum, row) => sum + Math.max(0, Math.min(row.bottom, bottom) - Math.max(row.top, top)), 0);
		return filled < bottom - top - 1;
	};
	const frame = (now) => {
		if (now - last > 25) late++;
		last = now;
		if (isBlank()) blankSince ??= now;
		else if (blankSince !== null) {
			blanks.push(now - blankSince);
			blankSince = null;
		}
		requestAnimationFrame(frame);
	};
	requestAnimationFrame(frame);
	return {
		reset: () => ([blanks, late, longest] = [[], 0, 0]),
		isBlank: () => blankSince !== null,
		read: () => ({
			'times blank': blanks.length,
			'longest blank ms': Math.max(0, ...blanks),
			'late frames': late,
			'longest task ms': longest,
		}),
	};
})();
