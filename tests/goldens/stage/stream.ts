import { request, type IncomingMessage } from 'node:http';
import type { Server } from './server.ts';
import { within } from './wait.ts';

/** One block of an event stream, with its lines unchanged. */
export interface Block {
	event: string | undefined;
	text: string;
}

/** A real event stream. It keeps each block until the script takes it. */
export interface EventStream {
	/** Takes the next block of this event, and of this cursor if given. Returns its text, empty line included. */
	next(event: string | undefined, cursor?: string): Promise<string>;
	/** Throws if a `changes` or `sync` block is left that the script did not take. */
	expectNoMore(): void;
	close(): void;
}

export async function openStream(
	{ url }: Server,
	query: string,
	headers: Record<string, string> = {},
): Promise<{ response: IncomingMessage; stream: EventStream }> {
	const sent = request(`${url}/api/events${query}`, { agent: false, headers });
	sent.on('error', () => undefined); // ignored, because `close` destroys the request
	const response = await within(
		'an event stream',
		new Promise<IncomingMessage>((resolve) => sent.on('response', resolve).end()),
	);
	const blocks: Block[] = [];
	let rest = '';
	let onBlock: (() => void) | undefined;
	response.setEncoding('utf8');
	response.on('error', () => undefined); // ignored for the same reason
	response.on('data', (piece: string) => {
		const [last = '', ...whole] = (rest + piece).split('\n\n').reverse();
		rest = last;
		for (const text of whole.reverse()) blocks.push({ event: /^event: (.*)$/m.exec(text)?.[1], text: `${text}\n\n` });
		onBlock?.();
	});
	const next: EventStream['next'] = (event, cursor) =>
		within(
			`a block ${event ?? 'without an event'}`,
			new Promise<string>((resolve) => {
				onBlock = () => {
					const at = blocks.findIndex(
						({ event: its, text }) => its === event && (cursor === undefined || text.includes(`\nid: ${cursor}\n`)),
					);
					if (at >= 0) resolve(blocks.splice(at, 1)[0]!.text);
				};
				onBlock();
			}),
		).finally(() => (onBlock = undefined));
	return {
		response,
		stream: {
			next,
			expectNoMore() {
				const left = blocks.filter(({ event }) => event === 'changes' || event === 'sync');
				if (left.length > 0)
					throw new Error(`The script did not expect these: ${left.map(({ text }) => text).join('')}`);
			},
			close: () => void sent.destroy(),
		},
	};
}
