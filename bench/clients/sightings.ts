import type { Call, Change, Changes } from '#contract';
import { micros } from '#bench/measure/clock.ts';
import { spreadOf, type Spread } from '#bench/measure/stats.ts';

/** When something was sent, by its key, in microseconds. */
export type Sent = Record<string, number>;
/** By what a change is recognised: as the feed numbered it, or by what a webhook told. */
export type Key = 'seq' | 'phase';

/** What a webhook's change is recognised by. */
export const phaseKey = ({ id, phase }: Pick<Call, 'id' | 'phase'>): string => `${id} ${phase}`;

/** What was seen on some tabs, and when. */
export class Sightings {
	#seen: [key: string, at: number][] = [];

	get count(): number {
		return this.#seen.length;
	}

	clear(): void {
		this.#seen = [];
	}

	add(key: string): void {
		this.#seen.push([key, micros()]);
	}

	/** Parses a frame of changes, as a tab does, and notes each. */
	addFrame(data: Buffer, from: number, end: number, key: Key): void {
		const [, { changes }] = JSON.parse(data.toString('utf8', from, end)) as [string, Changes];
		for (const change of changes) this.add(keyOf(change, key));
	}

	/** From the sending to each sight of it. */
	since(sent: Sent): Spread {
		return spreadOf(this.#seen.flatMap(([key, at]) => (key in sent ? [at - sent[key]!] : [])));
	}
}

const keyOf = (change: Change, key: Key): string =>
	key === 'phase' && 'call' in change ? phaseKey(change.call) : String(change.seq);
