import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { isBuilt, programOf } from './program.ts';

/** A server as a process of its own. */
export interface ServerProcess {
	pid: number;
	/** Its address, once it listens. Rejects with what it said where it ends before that. */
	ready: Promise<string>;
	/** Its exit code, once it has ended; null after a signal. */
	ended: Promise<number | null>;
	/** What it wrote, line by line. */
	lines: string[];
	kill(signal: 'SIGKILL' | 'SIGTERM'): void;
}

/** What runs: the built server where it is as new as its sources, else the sources without the pages. */
export function serverCommand(): { args: string[]; built: boolean } {
	const built = isBuilt();
	return { args: [...programOf('src/server/main.ts'), ...(built ? [] : ['--no-pages'])], built };
}

/** Starts it in `folder`, where no `.env` stands, with this environment and nothing of ours but the PATH. */
export function startServer(folder: string, env: Record<string, string>): ServerProcess {
	const child = spawn(process.execPath, serverCommand().args, {
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
	ready.catch(() => undefined); // who wants to know asks for it
	return { pid: child.pid!, ready, ended, lines, kill: (signal) => void child.kill(signal) };
}
