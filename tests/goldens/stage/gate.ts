import { Agent } from 'undici';
import { within } from './wait.ts';

/** The requests of one server to one path. Each waits until the script lets it go on. */
export interface Held {
	/** Resolves when a request waits. */
	arrived(): Promise<void>;
	/** Waits for a request and lets it go on. */
	pass(): Promise<void>;
	/** Lets every request go on, from now on. */
	open(): void;
}

/**
 * Holds requests that a server sends to itself: dispatches and webhooks. Without the gate, the commits before and
 * after such a request would be in one frame or in two, depending on the machine. The requests themselves are real.
 */
export interface Gate {
	hold(path: string): Held;
	/** Lets every held request go on, and holds no more. */
	close(): void;
}

type Holding = ReturnType<typeof createHeld>;

/** The held paths of all servers, by URL. */
const held = new Map<string, Holding>();
let plainDispatch: Agent['dispatch'] | undefined;

/** Creates the gate of the server at `origin`. */
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
	if (plainDispatch) return;
	const dispatch = (plainDispatch = Agent.prototype.dispatch);
	Agent.prototype.dispatch = function (options, handler) {
		const { origin, pathname } = new URL(options.path, options.origin);
		const holding = held.get(`${origin}${pathname}`);
		if (!holding) return dispatch.call(this, options, handler);
		void holding.wait().then(() => dispatch.call(this, options, handler));
		return true;
	};
}

function uninstall(): void {
	if (plainDispatch) Agent.prototype.dispatch = plainDispatch;
	plainDispatch = undefined;
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
