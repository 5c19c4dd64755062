import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a command in a POSIX shell, as if pasted there, and returns its standard output. */
export async function run(command: string, env: Record<string, string> = {}): Promise<string> {
	const { stdout } = await execute('sh', ['-c', command], { env: { ...process.env, ...env } });
	return stdout;
}
