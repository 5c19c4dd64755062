/**
 * Loaded into every server and client process before it starts. Reports the CPU time and memory of the process, and
 * ends the process with the benchmark.
 */
const methods = {
	/** Returns the user and system time of all threads. */
	cpuMs() {
		const { user, system } = process.cpuUsage();
		return (user + system) / 1_000;
	},
	residentMiB() {
		globalThis.gc?.();
		return process.memoryUsage().rss / 2 ** 20;
	},
};
process.on('message', ({ method }) => {
	if (method in methods) process.send({ result: methods[method]() });
});
process.on('disconnect', () => process.exit(0));
