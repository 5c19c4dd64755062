import { monitorEventLoopDelay } from 'node:perf_hooks';
import Sqlite from 'libsql';

/**
 * Loaded into every server and client process before it starts. Reports the CPU time, memory, commits and event-loop
 * delay of the process, and ends the process with the benchmark.
 */
const loop = monitorEventLoopDelay({ resolution: 1 });
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
	commits: () => commits,
	watchLoop() {
		loop.reset();
		loop.enable();
	},
	loopP99() {
		loop.disable();
		return loop.percentile(99) / 1e6;
	},
};
process.on('message', ({ method }) => {
	if (method in methods) process.send({ result: methods[method]() });
});
process.on('disconnect', () => process.exit(0));

let commits = 0;
const { exec } = Sqlite.prototype;
Sqlite.prototype.exec = function (sql) {
	if (sql === 'COMMIT') commits++;
	return exec.call(this, sql);
};
