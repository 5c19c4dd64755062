import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CannotOpen } from './database.ts';
import { own } from './ownership.ts';

async function path(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'audena-own-'));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	return join(folder, 'audena.db');
}

describe('one server process per file', () => {
	it('[DB9] a second owner is refused until the first releases the file', async () => {
		const file = await path();
		const release = await own(file);
		await expect(own(file, 0)).rejects.toThrow(CannotOpen);
		release();
		(await own(file, 0))();
	});

	it('[DB9] the file of a killed process is free', async () => {
		const file = await path();
		const owner = spawn(
			process.execPath,
			[
				...['--import', 'tsx', '--input-type=module', '-e'],
				`const { own } = await import(${JSON.stringify(join(import.meta.dirname, 'ownership.ts'))});
				await own(${JSON.stringify(file)});
				console.log('owned');
				setInterval(() => {}, 60_000);`,
			],
			{ stdio: ['ignore', 'pipe', 'inherit'] },
		);
		onTestFinished(() => void owner.kill('SIGKILL'));
		await once(owner.stdout, 'data');
		await expect(own(file, 0)).rejects.toThrow(CannotOpen);
		const waiting = own(file, 10_000);
		owner.kill('SIGKILL');
		(await waiting)();
	});
});
