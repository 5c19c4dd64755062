import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { createInterface } from 'node:readline';

export interface RunOptions {
	/** Added to the environment. */
	env?: Record<string, string>;
	/** Gives the command only the CPU time that other processes leave. */
	lowPriority?: boolean;
}

/**
 * Runs a command of an installed package and returns whether it exited with 0. Prints each line of its output at once,
 * with the title before it, because other commands may run at the same time.
 */
export async function runCommand(
	title: string,
	args: string[],
	{ env = {}, lowPriority = false }: RunOptions = {},
): Promise<boolean> {
	const start = performance.now();
	const child = spawn('npx', args, {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: { ...process.env, NO_COLOR: '1', ...env },
	});
	if (lowPriority && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
	for (const stream of [child.stdout, child.stderr])
		createInterface({ input: stream }).on('line', (line) => console.log(`${title} │ ${line}`));
	const [code] = (await once(child, 'close')) as [number | null];
	console.log(`${title} │ ${code === 0 ? 'done' : 'failed'} in ${((performance.now() - start) / 1_000).toFixed(0)} s`);
	return code === 0;
}
