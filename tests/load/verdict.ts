/** A sample of the server's state, sent by probe.js. */
export interface Sample {
	/** The event loop's delay since the last sample, in milliseconds. */
	loop: { p50: number; p99: number; max: number };
	/** In MiB. The heap is measured after a garbage collection. */
	heap: number;
	external: number;
	rss: number;
	/** Open files; null if the system does not report them. */
	files: number | null;
	rejections: number;
}

/**
 * Allowed growth over the first sample, which is taken after the first tenth. Resident memory: the database's page
 * cache fills up to 64 MB, and the allocator keeps freed memory. Open files: connections come and go with the load.
 */
export const MAY_GROW = { heap: 16, rss: 160, files: 64 } as const;

/**
 * Returns what grew beyond its bound after the first sample, and unhandled rejections. Empty if the server is stable.
 */
export function verdictOf(samples: readonly Sample[]): string[] {
	const [first, ...later] = samples;
	if (!first || later.length === 0) return ['there are too few samples to judge'];
	const grown = (of: (sample: Sample) => number): number => Math.max(...later.map(of)) - of(first);
	const { rejections } = later.at(-1)!;
	const growth = { heap: grown(({ heap }) => heap), rss: grown(({ rss }) => rss), files: grown((s) => s.files ?? 0) };
	const unit = { heap: ' MB', rss: ' MB', files: '' };
	return [
		...(['heap', 'rss', 'files'] as const)
			.filter((name) => growth[name] > MAY_GROW[name])
			.map((name) => `${name} grew by ${Math.round(growth[name] * 10) / 10}${unit[name]}`),
		...(rejections > 0 ? [`${rejections} unhandled rejections`] : []),
	];
}
