import { onTestFinished } from 'vitest';
import type { Changes, Head, Sync } from '#contract';
import type { TestApp } from './app.ts';

/** One message of an event stream. */
export type Message =
	| { event: 'sync'; id: string; data: Sync }
	| { event: 'changes'; id: string; data: Changes }
	| { event: 'head'; id: string; data: Head };

/** An open event stream: what the client has received, and a way to wait for more. */
export interface EventStream {
	status: number;
	headers: Headers;
	/** Everything received, unparsed. */
	text(): string;
	messages(): Message[];
	/**
	 * Calls `found` after every chunk. Resolves with the first result other than undefined and false. Rejects if the
	 * stream ends before.
	 */
	until<T>(found: (messages: Message[]) => T | undefined | false): Promise<T>;
	/** Resolves when the stream has ended. */
	ended: Promise<void>;
	close(): void;
}

/** Opens `GET /api/events` over real HTTP. */
export async function openStream(
	app: Pick<TestApp, 'url'>,
	query = '',
	headers: Record<string, string> = {},
): Promise<EventStream> {
	const abort = new AbortController();
	const close = (): void => abort.abort();
	onTestFinished(close);
	const response = await fetch(`${app.url}/api/events${query}`, { headers, signal: abort.signal });
	let text = '';
	let over = false;
	const waiting = new Set<() => void>();
	const checkAll = (): void => waiting.forEach((check) => check());
	const messages = (): Message[] => messagesIn(text);
	async function read(): Promise<void> {
		const decoder = new TextDecoder();
		try {
			for await (const piece of response.body ?? []) {
				text += decoder.decode(piece, { stream: true });
				checkAll();
			}
		} catch {
			// closed by the test, or cut by the server
		}
		over = true;
		checkAll();
	}
	return {
		status: response.status,
		headers: response.headers,
		text: () => text,
		messages,
		close,
		ended: read(),
		until: (found) =>
			new Promise((resolve, reject) => {
				const check = (): void => {
					const value = found(messages());
					if (value !== undefined && value !== false) {
						waiting.delete(check);
						resolve(value);
					} else if (over) reject(new Error(`The stream ended: ${text}`));
				};
				waiting.add(check);
				check();
			}),
	};
}

function messagesIn(text: string): Message[] {
	const whole = text.slice(0, text.lastIndexOf('\n\n') + 2);
	return whole.split('\n\n').flatMap((block) => messageIn(block) ?? []);
}

/** Parses one block of lines. Returns undefined for comments and other blocks without a message. */
export function messageIn(block: string): Message | undefined {
	const field = (name: string): string | undefined =>
		block
			.split('\n')
			.find((line) => line.startsWith(`${name}: `))
			?.slice(name.length + 2);
	const [event, id, data] = [field('event'), field('id'), field('data')];
	if (event === undefined || data === undefined) return undefined;
	return { event, id, data: JSON.parse(data) as unknown } as Message;
}
