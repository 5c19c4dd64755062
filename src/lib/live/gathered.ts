import type { Change } from '#contract';

/** Collects the calls that were created or failed since the last announcement. Each call counts once. */
export class Gathered {
	#created = new Set<string>();
	#failed = new Set<string>();

	get empty(): boolean {
		return this.#created.size + this.#failed.size === 0;
	}

	add(changes: readonly Change[]): void {
		for (const change of changes) {
			if (change.type !== 'created' && change.type !== 'updated') continue;
			if (change.type === 'created') this.#created.add(change.call.id);
			if (change.call.status === 'FAILED') this.#failed.add(change.call.id);
		}
	}

	take(): string {
		const words = sum(this.#created.size, this.#failed.size);
		this.#created.clear();
		this.#failed.clear();
		return words;
	}
}

/** For example `4 new calls, 1 failed`. */
export function sum(created: number, failed: number): string {
	const parts = [];
	if (created > 0) parts.push(`${created} new ${created === 1 ? 'call' : 'calls'}`);
	if (failed > 0) parts.push(created > 0 ? `${failed} failed` : `${failed} ${failed === 1 ? 'call' : 'calls'} failed`);
	return parts.join(', ');
}
