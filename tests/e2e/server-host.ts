import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Reply, Request } from './host.ts';

/** Runs servers in one process (host.ts), which starts at the first use and again after it was killed. */
export interface ServerHost {
	/** Starts a server with this environment. Returns its URL. `onLine` receives each line of its log. */
	start(env: Record<string, string>, onLine: (line: string) => void): Promise<string>;
	/** Stops the server gracefully, or kills the whole process. */
	stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
	close(): Promise<void>;
}

export function createServerHost(): ServerHost {
	let child: ChildProcess | undefined;
	let onLine: (line: string) => void = () => undefined;

	function running(): ChildProcess {
		if (child) return child;
		const started = fork(join(import.meta.dirname, '..', '..', 'build', 'test-host.js'), {
			execArgv: ['--enable-source-maps'],
			env: { ...process.env, NODE_ENV: 'production' },
			stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
		});
		createInterface({ input: started.stdout! }).on('line', (line) => onLine(line));
		started.once('exit', () => (child = undefined));
		child = started;
		return started;
	}

	async function ask(request: Request): Promise<string | null> {
		const host = running();
		const ended = new AbortController();
		const exit = once(host, 'exit', { signal: ended.signal }).then((): Reply => ({ error: 'The host ended.' }));
		const reply = once(host, 'message', { signal: ended.signal }).then(([message]) => message as Reply);
		host.send(request);
		const first = await Promise.race([reply, exit]);
		for (const other of [reply, exit]) other.catch(() => undefined);
		ended.abort();
		if ('error' in first) throw new Error(`The server did not start or stop: ${first.error}`);
		return first.url;
	}

	async function kill(): Promise<void> {
		if (!child) return;
		const gone = once(child, 'exit');
		child.kill('SIGKILL');
		await gone;
	}

	return {
		async start(env, listener) {
			onLine = listener;
			return (await ask({ start: env }))!;
		},
		async stop(signal) {
			if (signal === 'SIGKILL') await kill();
			else if (child) await ask({ stop: true });
			else throw new Error('The host of the servers ended by itself: its output says why.');
		},
		close: kill,
	};
}
