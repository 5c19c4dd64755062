import { existsSync, readdirSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Loaded into a server before it starts (`node --expose-gc --import probe.js …`). Replies to each message of the parent
 * with a `Sample` (verdict.ts). Never keeps the process alive.
 */
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
let rejections = 0;
process.on('unhandledRejection', () => rejections++);

process.on('message', () => {
	const loop = { p50: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 };
	delay.reset();
	globalThis.gc?.();
	const { heapUsed, rss, external } = process.memoryUsage();
	const files = existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : null;
	process.send?.({
		loop,
		heap: heapUsed / 2 ** 20,
		external: external / 2 ** 20,
		rss: rss / 2 ** 20,
		files,
		rejections,
	});
});
process.channel?.unref();
