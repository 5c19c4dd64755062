import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a command of an installed package and returns whether it exited with 0. Prints the buffered output under its
 * title at the end, so that the outputs of parallel commands do not mix.
 */
export async function runCommand(title: string, args: string[], env: Record<string, string> = {}): Promise<boolean> {
	const start = performance.now();
	const child = spawn('npx', args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
	const output: Buffer[] = [];
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk));
	const [code] = (await once(child, 'close')) as [number | null];
	console.log(`\n── ${title} (${((performance.now() - start) / 1_000).toFixed(0)} s)`);
	process.stdout.write(Buffer.concat(output));
	return code === 0;
}
