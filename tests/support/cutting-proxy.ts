import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Dice } from '#provider/dice.ts';

/** What an unreliable network does to a client's connections. */
export const DISTURBANCES = [
	'clean cut',
	'half-open, client gone',
	'half-open, server gone',
	'half-closed to the server',
	'half-closed to the client',
	'stall',
	'cut before the first event',
	'refused for a while',
] as const;
export type Disturbance = (typeof DISTURBANCES)[number];

export interface CuttingProxyOptions {
	/** Returns the server's URL, or '' while there is no server. */
	target(): string;
	dice: Dice;
	/** Maximum time that bytes are held back, in milliseconds. */
	stallMs: number;
}

/** A TCP proxy between one client and the server, which disturbs the client's connections. */
export interface CuttingProxy {
	url: string;
	/** Connections accepted so far, refused ones included. */
	readonly accepted: number;
	/** Connections that are open at the client's end but no longer forward anything. */
	readonly silent: number;
	disturb(kind: Disturbance): void;
	close(): Promise<void>;
}

/** For 'cut before the first event': up to this many bytes pass before the cut, headers and handshake included. */
const FIRST_BYTES = 450;
const REFUSED_MS = 2_500;

/**
 * Starts a proxy on its own port, for one client. `dice` draws the length of a stall or a refusal, how many connections
 * are cut early, and after how many bytes.
 */
export async function startCuttingProxy({ target, dice, stallMs }: CuttingProxyOptions): Promise<CuttingProxy> {
	const pipes = new Set<Pipe>();
	const timers = new Set<ReturnType<typeof setTimeout>>();
	const between = (min: number, max: number): number => min + Math.floor(dice() * (max - min));
	let accepted = 0;
	/** How many of the next connections are cut early. */
	let cutEarly = 0;
	let refusedUntil = 0;

	const listener = createServer({ allowHalfOpen: true }, (client) => {
		accepted++;
		const url = target();
		if (url === '' || Date.now() < refusedUntil) return void client.resetAndDestroy();
		const server = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
		client.setNoDelay(true);
		const pipe = new Pipe(client, server, cutEarly > 0 ? between(0, FIRST_BYTES) : Infinity);
		if (cutEarly > 0) cutEarly--;
		pipes.add(pipe);
		const removePipe = (): void => {
			if (client.closed && server.closed) pipes.delete(pipe);
		};
		client.on('close', removePipe);
		server.on('close', removePipe);
	});
	await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
	const { port } = listener.address() as AddressInfo;

	const after = (ms: number, act: () => void): void => {
		const timer = setTimeout(() => {
			timers.delete(timer);
			act();
		}, ms);
		timers.add(timer);
	};
	const each = (act: (pipe: Pipe) => void): void => pipes.forEach(act);

	const acts: Record<Disturbance, () => void> = {
		'clean cut': () => each((pipe) => pipe.cut()),
		'half-open, client gone': () => each((pipe) => pipe.dropClient()),
		'half-open, server gone': () => each((pipe) => pipe.dropServer()),
		'half-closed to the server': () => each((pipe) => pipe.server.end()),
		'half-closed to the client': () => each((pipe) => pipe.client.end()),
		stall() {
			const held = [...pipes];
			for (const pipe of held) pipe.hold();
			after(between(stallMs / 10, stallMs), () => held.forEach((pipe) => pipe.release()));
		},
		'cut before the first event'() {
			cutEarly = between(1, 4);
			each((pipe) => pipe.cut());
		},
		'refused for a while'() {
			refusedUntil = Date.now() + between(REFUSED_MS / 5, REFUSED_MS);
			each((pipe) => pipe.cut());
		},
	};

	return {
		url: `http://127.0.0.1:${port}`,
		get accepted() {
			return accepted;
		},
		get silent() {
			return [...pipes].filter((pipe) => pipe.silent && !pipe.client.destroyed).length;
		},
		disturb: (kind) => acts[kind](),
		async close() {
			timers.forEach(clearTimeout);
			each((pipe) => pipe.cut());
			await new Promise((resolve) => listener.close(resolve));
		},
	};
}

/** One proxied connection. It forwards bytes and ends in order, unless it is held or silent. */
class Pipe {
	readonly client: Socket;
	readonly server: Socket;
	/** True after one end was dropped: nothing is forwarded any more, and the other end is not notified. */
	silent = false;
	#held: (() => void)[] | null = null;

	/** `allowed`: the connection is cut after this many bytes from the server. */
	constructor(client: Socket, server: Socket, allowed: number) {
		this.client = client;
		this.server = server;
		this.#join(client, server, Infinity);
		this.#join(server, client, allowed);
	}

	cut(): void {
		this.client.destroy();
		this.server.destroy();
	}

	/** Closes the client's end only, so that the server keeps a connection whose client is gone. */
	dropClient(): void {
		this.silent = true;
		this.client.destroy();
	}

	/** Closes the server's end only, so that the client keeps a socket that receives nothing. */
	dropServer(): void {
		this.silent = true;
		this.server.destroy();
	}

	hold(): void {
		this.#held ??= [];
	}

	release(): void {
		const held = this.#held ?? [];
		this.#held = null;
		for (const act of held) act();
	}

	#join(from: Socket, to: Socket, allowed: number): void {
		let left = allowed;
		from.on('data', (bytes: Buffer) =>
			this.#pass(() => {
				to.write(bytes.subarray(0, left));
				left -= bytes.length;
				if (left > 0) return;
				to.destroySoon();
				from.destroy();
			}),
		);
		from.on('end', () => this.#pass(() => to.end()));
		from.on('close', () => this.#pass(() => to.destroySoon()));
		from.on('error', () => undefined); // ignored, because `close` follows
	}

	#pass(act: () => void): void {
		if (this.silent) return;
		if (this.#held) this.#held.push(act);
		else act();
	}
}
