import { within } from './wait.ts';

/** Requests of one server to one path. They wait at the gate until the script lets them go on. */
export interface Held {
	/** Resolves when a request waits. */
	arrived(): Promise<void>;
	/** Waits for a request and lets it go on. */
	pass(): Promise<void>;
	/** Lets every request go on, from now on. */
	open(): void;
}

/**
 * Holds requests that a server sends to itself: dispatches and webhooks. Without the gate, the two commits around such a
 * request would travel as one frame or as two. The requests themselves are real.
 */
export interface Gate {
	hold(path: string): Held;
	/** Lets every request go on. */
	close(): void;
}

type Holding = ReturnType<typeof createHeld>;

/** By their address. */
const held = new Map<string, Holding>();
let plainFetch: typeof fetch | undefined;

/** `origin` is where the server listens. */
export function createGate(origin: string): Gate {
	const own: string[] = [];
	return {
		hold(path) {
			const holding = createHeld(path);
			own.push(`${origin}${path}`);
			held.set(`${origin}${path}`, holding);
			install();
			return holding;
		},
		close() {
			for (const address of own) {
				held.get(address)?.open();
				held.delete(address);
			}
			if (held.size === 0) uninstall();
		},
	};
}

function install(): void {
	if (plainFetch) return;
	const send = (plainFetch = globalThis.fetch);
	globalThis.fetch = async (input, init) => {
		const { origin, pathname } = new URL(input instanceof Request ? input.url : input);
		await held.get(`${origin}${pathname}`)?.wait();
		return send(input, init);
	};
}

function uninstall(): void {
	if (plainFetch) globalThis.fetch = plainFetch;
	plainFetch = undefined;
}

function createHeld(path: string): Held & { wait(): Promise<void> } {
	const waiting: (() => void)[] = [];
	let isOpen = false;
	let onArrival: (() => void) | undefined;

	const arrived = (): Promise<void> =>
		within(
			`a request to ${path}`,
			new Promise((resolve) => {
				onArrival = resolve;
				if (waiting.length > 0) resolve();
			}),
		);
	return {
		wait: () =>
			isOpen
				? Promise.resolve()
				: new Promise((resolve) => {
						waiting.push(resolve);
						onArrival?.();
					}),
		arrived,
		async pass() {
			await arrived();
			waiting.shift()?.();
		},
		open() {
			isOpen = true;
			for (const go of waiting.splice(0)) go();
		},
	};
}
