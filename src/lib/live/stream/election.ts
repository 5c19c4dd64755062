import { NAME, TURN_MS, type Join, type Word } from './tabs.ts';

/** Every message says whether its sender holds the stream, so the holder's messages are its heartbeat. */
interface Message {
	from: string;
	holds: boolean;
	word: Word | { say: 'bye' } | { say: 'asking' } | { say: 'asked' };
}

/**
 * A tab opens the stream itself after this time, or up to twice as long: `NEW_MS` if no holder responds to the new
 * tab, and `LEFT_MS` after the holder has left.
 */
const NEW_MS = 300;
const LEFT_MS = 50;
/** The holder forwards a head every five seconds. A holder that is silent for longer is frozen or was killed. */
const SILENT_MS = 6_000;
const TURN_PAUSE_MS = 200;

/**
 * Elects the holder of the event stream by messages alone, for pages without Web Locks (plain http, except on
 * localhost). For a moment two tabs may hold the stream. The feed ignores duplicates, and the tab with the greater
 * id yields at the other's first message.
 */
export const joinByElection: Join = ({ hear, hold }, signal) => {
	const id = [...crypto.getRandomValues(new Uint32Array(2))].map((part) => part.toString(36)).join('.');
	const channel = new BroadcastChannel(`${NAME}-election`);
	let held: AbortController | null = null;
	let claim: ReturnType<typeof setTimeout> | undefined;
	/** The latest time until which another tab's sync request makes this tab wait. */
	let turnUntil = 0;

	const say = (word: Message['word']): void =>
		channel.postMessage({ from: id, holds: held !== null, word } satisfies Message);

	function claimAfter(ms: number): void {
		clearTimeout(claim);
		if (held === null) claim = setTimeout(take, ms * (1 + Math.random()));
	}

	function take(): void {
		held = new AbortController();
		// `hold` sends a message at once, so a tab that claims the stream at the same time notices.
		hold(held.signal);
	}

	function release(): void {
		clearTimeout(claim);
		held?.abort();
		held = null;
	}

	channel.onmessage = ({ data: { from, holds, word } }: MessageEvent<Message>) => {
		if (holds && held && from > id) say({ say: 'here' });
		else if (holds && held) {
			release();
			say({ say: 'hello' });
		}
		if (word.say === 'bye') claimAfter(LEFT_MS);
		else if (holds) claimAfter(SILENT_MS);
		if (word.say === 'asking') turnUntil = performance.now() + TURN_MS;
		else if (word.say === 'asked') turnUntil = 0;
		else if (word.say !== 'bye') hear(word);
	};

	function leave(): void {
		if (!held) return;
		release();
		say({ say: 'bye' });
	}
	addEventListener('pagehide', leave, { signal });
	const comeBack = ({ persisted }: PageTransitionEvent): void => {
		if (persisted) claimAfter(NEW_MS);
	};
	addEventListener('pageshow', comeBack, { signal });
	signal.addEventListener('abort', () => {
		leave();
		clearTimeout(claim);
		channel.close();
	});
	say({ say: 'hello' });
	claimAfter(NEW_MS);

	return {
		say,
		/**
		 * Runs `work` after a random pause and, if possible, not during another tab's request. Requests of all
		 * tabs at once would exhaust the browser's connections.
		 */
		async inTurn(work) {
			const late = performance.now() + TURN_MS;
			do await pause(Math.random() * TURN_PAUSE_MS);
			while (performance.now() < Math.min(turnUntil, late) && !signal.aborted);
			if (!signal.aborted) say({ say: 'asking' });
			try {
				return await work();
			} finally {
				if (!signal.aborted) say({ say: 'asked' });
			}
		},
	};
};

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
