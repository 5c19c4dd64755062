import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Call } from '#contract';
import { openDatabase } from '#db/open.ts';
import { parseCursor } from '#contract/cursor.ts';
import { diceOf } from '#provider/dice.ts';
import { toCall } from '#server/calls/call.ts';
import { CALL, fromRow } from '#server/calls/rows.ts';
import { DISTURBANCES, startCuttingProxy, type CuttingProxy, type Disturbance } from '#tests/support/cutting-proxy.ts';
import { serverCommand } from '#tests/support/server-process.ts';
import type { Client } from './client.ts';
import { read, readList } from './list.ts';
import { SocketClient } from './socket-client.ts';
import { createStage } from './stage.ts';
import { StreamClient } from './stream-client.ts';
import { AcknowledgedChanges } from './told.ts';
import type { Faults } from './view.ts';
import { RUNS, startWriters, type WrittenCounts } from './writers.ts';

export interface ConvergenceOptions {
	clients: number;
	disturbances: number;
	/** Restarts in this order, spread evenly over the disturbances. */
	restarts: readonly Restart[];
	/** Mean pause between two disturbances, in milliseconds. */
	everyMs: number;
	/** Minimum number of calls that the writers create. */
	creates: number;
	/** Maximum time that a connection holds bytes back, in milliseconds. */
	stallMs: number;
	seed: string;
	log(line: string): void;
}
/** `restored` means stopped and started on an earlier copy, for which the server creates a new epoch. */
export type Restart = 'killed' | 'stopped' | 'restored';

type Kind = Disturbance | (typeof READERS)[number];
/** What users do: leave the page for a while, press the connection indicator, wake the browser. */
const READERS = ['away for a while', 'asked by the reader', 'woken'] as const;
const KINDS: readonly Kind[] = [...DISTURBANCES, ...READERS];

/** The result of a run. Every list is empty if the feed kept its promises. */
export interface ConvergenceReport extends Faults {
	built: boolean;
	clients: number;
	/** Clients on the event stream. */
	streams: number;
	disturbances: Record<string, number>;
	restarts: Record<string, number>;
	written: WrittenCounts;
	acknowledged: number;
	/** Calls in the database at the end. */
	calls: number;
	/** Changes applied by all clients, and by those on the event stream. */
	applied: number;
	appliedOnStreams: number;
	connections: number;
	/** Loads of the list after the first, and failed loads. Clients of the event stream count the first load too. */
	loads: number;
	failedLoads: number;
	/** Share of samples in which clients were live, in percent. */
	live: number;
	longestBehindMs: number;
	/** Time from the last disturbance until every client was live at the head. */
	settledMs: number;
	tookMs: number;
	/** Clients that were not live at the head of the feed after the timeout. */
	notSettled: string[];
	missing: string[];
	different: string[];
	tooMany: string[];
	/** Differences between the list over REST and the database file. */
	otherInFile: string[];
	/** Restarts after which the epoch was wrongly kept or wrongly changed. */
	wrongEpochs: string[];
	exitCode: number | null;
	errors: string[];
}

/** One client in this many uses the event stream. The first such client follows one run only. */
const STREAM_EVERY = 3;
const WRITERS = 3;
const WRITE_EVERY_MS = 60;
const SAMPLE_EVERY_MS = 100;
const AWAY_MS = 4_000;
const SETTLED_WITHIN_MS = 60_000;
const QUIET_WITHIN_MS = 60_000;

/**
 * Runs clients on unreliable connections against a server that is written to, killed and restored. Then compares the
 * calls of all clients with the server's list, and this list with the database file.
 */
export async function converge(options: ConvergenceOptions): Promise<ConvergenceReport> {
	const { seed, log } = options;
	const folder = await mkdtemp(join(tmpdir(), 'audena-feed-'));
	const start = performance.now();
	const dice = diceOf(seed);
	const below = (most: number): number => Math.floor(dice() * most);
	const stage = createStage(folder, seed);
	const acknowledged = new AcknowledgedChanges();
	const members: { client: Client; proxy: CuttingProxy; name: string }[] = [];
	const wrongEpochs: string[] = [];
	const away = new Set<ReturnType<typeof setTimeout>>();
	let sampler: ReturnType<typeof setInterval> | undefined;
	let writers: ReturnType<typeof startWriters> | undefined;

	try {
		await stage.begin();
		writers = startWriters({
			url: stage.url,
			acknowledged,
			everyMs: WRITE_EVERY_MS,
			dice: Array.from({ length: WRITERS }, (_, i) => diceOf(seed, 'writer', i)),
		});
		for (let i = 0; i < options.clients; i++) await addClient(i);
		const clients = members.map(({ client }) => client);
		sampler = setInterval(() => {
			const now = Date.now();
			for (const { view } of clients) view.sample(now);
		}, SAMPLE_EVERY_MS);
		await waitUntilSettled();
		log(`${members.length} clients are live`);

		const counts = await disturb();
		const lastAt = performance.now();
		while (writers.written.created < options.creates) await pause(WRITE_EVERY_MS);
		await writers.stop();
		await waitUntilQuiet(stage.url());
		const notSettled = await waitUntilSettled();
		const settledMs = Math.round(performance.now() - lastAt);
		clearInterval(sampler);

		const { calls: expected } = await readList(stage.url(), QUIET_WITHIN_MS);
		for (const { client } of members) client.stop();
		const exitCode = await stage.end('SIGTERM');
		const faults = clients.map(({ view }) => view.faults);
		const streams = clients.filter((client) => client instanceof StreamClient);
		const sum = (of: (client: Client) => number, among: readonly Client[] = clients): number =>
			among.reduce((all, client) => all + of(client), 0);
		const expectedFor = ({ run }: Client): typeof expected =>
			run === undefined ? expected : new Map([...expected].filter(([, call]) => call.run === run));
		return {
			...{
				built: serverCommand().built,
				clients: clients.length,
				streams: streams.length,
				...counts,
				written: writers.written,
			},
			acknowledged: acknowledged.entries.length,
			calls: expected.size,
			applied: sum(({ view }) => view.applied),
			appliedOnStreams: sum(({ view }) => view.applied, streams),
			connections: members.reduce((all, { proxy }) => all + proxy.accepted, 0),
			loads: sum(({ loads }) => loads),
			failedLoads: sum(({ failedLoads }) => failedLoads),
			live: Math.round((100 * sum(({ view }) => view.liveSamples)) / sum(({ view }) => view.samples)),
			longestBehindMs: Math.max(...clients.map(({ view }) => view.longestBehindMs)),
			settledMs,
			tookMs: Math.round(performance.now() - start),
			notSettled,
			...mergeLists(members.map(({ name, client }) => differences(name, client.view.calls, expectedFor(client)))),
			...mergeLists(faults),
			otherInFile: Object.values(differences('the file', await readFromFile(stage.databaseUrl), expected)).flat(),
			wrongEpochs,
			exitCode,
			errors: stage.errors,
		};
	} finally {
		clearInterval(sampler);
		away.forEach(clearTimeout);
		for (const { client } of members) client.stop();
		await stage.end('SIGKILL');
		await writers?.stop().catch(() => undefined);
		await Promise.all(members.map(({ proxy }) => proxy.close()));
		await rm(folder, { recursive: true, force: true });
	}

	/** Adds one client that connects through a proxy of its own. */
	async function addClient(i: number): Promise<void> {
		const onStream = i % STREAM_EVERY === STREAM_EVERY - 1;
		const name = `client ${i + 1}${onStream ? ' on the stream' : ''}`;
		const proxy = await startCuttingProxy({
			target: stage.url,
			dice: diceOf(seed, 'line', i),
			stallMs: options.stallMs,
		});
		const given = [name, proxy.url, acknowledged, diceOf(seed, 'client', i)] as const;
		const run = i === STREAM_EVERY - 1 ? RUNS[0] : undefined;
		const client = onStream ? new StreamClient(...given, run) : new SocketClient(...given);
		members.push({ client, proxy, name });
		await client.open();
	}

	async function disturb(): Promise<Pick<ConvergenceReport, 'disturbances' | 'restarts'>> {
		const disturbances: Record<string, number> = {};
		const restarts: Record<string, number> = {};
		const every = Math.floor(options.disturbances / (options.restarts.length + 1));
		for (let i = 1; i <= options.disturbances; i++) {
			await pause(dice() * 2 * options.everyMs);
			// All kinds occur equally often.
			const kind = KINDS[i % KINDS.length]!;
			disturbOnce(kind, members[below(members.length)]!);
			disturbances[kind] = (disturbances[kind] ?? 0) + 1;
			if (i === Math.floor(every / 2)) await stage.backUp();
			const restart = i % every === 0 ? options.restarts[i / every - 1] : undefined;
			if (restart === undefined) continue;
			await restartServer(restart);
			restarts[restart] = (restarts[restart] ?? 0) + 1;
			log(`${i} of ${options.disturbances} disturbances, ${restart}`);
		}
		return { disturbances, restarts };
	}

	function disturbOnce(kind: Kind, { client, proxy }: (typeof members)[number]): void {
		if (kind === 'woken') client.wake();
		else if (kind === 'asked by the reader') client.check();
		else if (kind === 'away for a while') {
			client.stop();
			const timer = setTimeout(() => {
				away.delete(timer);
				client.start();
			}, dice() * AWAY_MS);
			away.add(timer);
		} else proxy.disturb(kind);
	}

	async function restartServer(restart: Restart): Promise<void> {
		const before = await epoch();
		await stage.end(restart === 'killed' ? 'SIGKILL' : 'SIGTERM');
		if (restart === 'restored') {
			await writers?.idle();
			acknowledged.discardAll();
			await stage.restore();
		}
		await stage.begin();
		const after = await epoch();
		if ((after !== before) !== (restart === 'restored')) wrongEpochs.push(`${restart}: ${after} after ${before}`);
	}

	async function epoch(): Promise<string> {
		return parseCursor(await head()).epoch;
	}

	async function head(): Promise<string> {
		return (await read<{ cursor: string }>(`${stage.url()}/api/calls?limit=1`, QUIET_WITHIN_MS)).cursor;
	}

	/**
	 * Waits until every client is live at the head of the feed. At the timeout, describes each client that is not.
	 */
	async function waitUntilSettled(): Promise<string[]> {
		const giveUpAt = performance.now() + SETTLED_WITHIN_MS;
		for (;;) {
			const cursor = await head();
			const behind = away.size > 0 ? members : members.filter(({ client }) => !client.isAt(cursor));
			if (behind.length === 0) return [];
			if (performance.now() > giveUpAt)
				return behind.map(
					({ name, client, proxy }) => `${name}: ${client.describeState()} of ${cursor}, ${proxy.silent} silent`,
				);
			await pause(50);
		}
	}
}

/** Resolves when every call has ended and no webhook waits. */
async function waitUntilQuiet(url: string): Promise<void> {
	const giveUpAt = performance.now() + QUIET_WITHIN_MS;
	const hasAny = async (path: string): Promise<boolean> => {
		const body = await read<{ calls?: unknown[]; deliveries?: unknown[] }>(`${url}${path}`, QUIET_WITHIN_MS);
		return (body.calls ?? body.deliveries ?? []).length > 0;
	};
	while (
		(await hasAny('/api/calls?status=PENDING&limit=1')) ||
		(await hasAny('/api/deliveries?state=pending&state=retrying&limit=1'))
	) {
		if (performance.now() > giveUpAt) throw new Error('The calls did not end.');
		await pause(50);
	}
}

type Differences = Pick<ConvergenceReport, 'missing' | 'different' | 'tooMany'>;

/** Compares every field of every call. */
function differences(name: string, calls: ReadonlyMap<string, Call>, expected: ReadonlyMap<string, Call>): Differences {
	const found: Differences = { missing: [], different: [], tooMany: [] };
	for (const [id, call] of expected) {
		const own = calls.get(id);
		if (!own) found.missing.push(`${name}: ${id}`);
		else if (!isDeepStrictEqual(own, call)) found.different.push(`${name}: ${id} at ${own.seq}, not ${call.seq}`);
	}
	for (const id of calls.keys()) if (!expected.has(id)) found.tooMany.push(`${name}: ${id}`);
	return found;
}

/** Merges the lists of all objects by name. */
function mergeLists<T extends Record<keyof T, string[]>>(lists: readonly T[]): T {
	const names = Object.keys(lists[0]!) as (keyof T)[];
	return Object.fromEntries(names.map((name) => [name, lists.flatMap((one) => one[name])])) as T;
}

async function readFromFile(url: string): Promise<Map<string, Call>> {
	const database = openDatabase({ url, authToken: undefined });
	try {
		const rows = (await database.all(`SELECT ${CALL} FROM "Call" AS c`)).map((row) => toCall(fromRow(row)));
		return new Map(rows.map((call) => [call.id, call]));
	} finally {
		database.close();
	}
}
