import type { Change } from '#contract';

/** Speaks at most this often. */
const EVERY_MS = 5_000;

/** Sums up what arrives for those who listen: "4 new calls, 1 failed". */
export class News {
	text = $state('');
	#created = new Set<string>();
	#failed = new Set<string>();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#spokeAt = 0;

	add(changes: readonly Change[]): void {
		for (const change of changes) {
			if (change.type === 'created') this.#created.add(change.call.id);
			if ((change.type === 'created' || change.type === 'updated') && change.call.status === 'FAILED')
				this.#failed.add(change.call.id);
		}
		if (this.#timer !== undefined || this.#created.size + this.#failed.size === 0) return;
		// An empty region first, so that the same words twice are heard twice.
		this.text = '';
		const wait = Math.max(1_000, this.#spokeAt + EVERY_MS - Date.now());
		this.#timer = setTimeout(() => this.#speak(), wait);
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}

	#speak(): void {
		this.#timer = undefined;
		this.#spokeAt = Date.now();
		this.text = sum(this.#created.size, this.#failed.size);
		this.#created.clear();
		this.#failed.clear();
	}
}

/** `4 new calls, 1 failed`. */
export function sum(created: number, failed: number): string {
	const parts = [];
	if (created > 0) parts.push(`${created} new ${created === 1 ? 'call' : 'calls'}`);
	if (failed > 0) parts.push(created > 0 ? `${failed} failed` : `${failed} ${failed === 1 ? 'call' : 'calls'} failed`);
	return parts.join(', ');
}
