/**
 * Loaded into the product's server before it starts (`node --import probe.js …`): tells the benchmark what the process
 * has used, as `answers.ts` does, and ends the server with the benchmark. Never keeps it alive.
 */
process.on('message', ({ id, method }) => {
	if (method === 'collect') globalThis.gc?.();
	const { user, system } = process.cpuUsage();
	const { rss } = process.memoryUsage();
	process.send?.({ id, result: { cpuMs: (user + system) / 1_000, rssBytes: rss } });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ id: 0 });
process.channel?.unref();
