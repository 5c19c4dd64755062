import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { isBuilt, programOf, SHORT_LIVED } from './program.ts';

export interface ServerProcess {
	pid: number;
	/** Resolves with the URL as soon as the server listens. Rejects with the output if the process ends before. */
	ready: Promise<string>;
	/** Resolves with the exit code, or with null if a signal ended the process. */
	ended: Promise<number | null>;
	/** The lines of standard output and standard error so far. */
	lines: string[];
	kill(signal: 'SIGKILL' | 'SIGTERM'): void;
}

/** Returns the command to run: the built server if up to date, else the sources without pages. */
export function serverCommand(): { args: string[]; built: boolean } {
	const built = isBuilt();
	return { args: [...programOf('src/server/main.ts'), ...(built ? [] : ['--no-pages'])], built };
}

/** Starts the server in `folder`, which has no `.env` file, with this environment plus PATH. */
export function startServer(folder: string, env: Record<string, string>): ServerProcess {
	const child = spawn(process.execPath, [SHORT_LIVED, ...serverCommand().args], {
		cwd: folder,
		env: { PATH: process.env.PATH, PORT: '0', NODE_ENV: 'production', ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const lines: string[] = [];
	const ended = once(child, 'exit').then(([code]) => code as number | null);
	const ready = new Promise<string>((resolve, reject) => {
		for (const stream of [child.stdout, child.stderr])
			createInterface({ input: stream }).on('line', (line) => {
				lines.push(line);
				const address = /^Audena Call Simulator: (\S+)$/.exec(line)?.[1];
				if (address !== undefined) resolve(address.replace('localhost', '127.0.0.1'));
			});
		child.on('close', () => reject(new Error(`The server ended before it listened: ${lines.join('\n')}`)));
	});
	ready.catch(() => undefined); // no unhandled rejection if a test does not await `ready`
	return { pid: child.pid!, ready, ended, lines, kill: (signal) => void child.kill(signal) };
}
