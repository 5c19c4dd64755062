import { tick } from 'svelte';
import type { Call } from '#contract';
import type { Opens, OpensAt, OpensFor } from '#lib/ui/opens.ts';
import type * as Code from './acting.ts';

/** The menu and dialogs of the history. Their code loads with the first use. */
export class Parts {
	/** Null until the code is loaded. */
	code = $state.raw<typeof Code | null>(null);
	menu = $state.raw<OpensAt>();
	remove = $state.raw<OpensFor>();
	clear = $state.raw<Opens>();

	async openMenu(call: Call, button: HTMLElement): Promise<void> {
		await this.#load();
		this.menu?.open(call, button);
	}

	async openClear(): Promise<void> {
		await this.#load();
		this.clear?.open();
	}

	async #load(): Promise<void> {
		if (this.code) return;
		this.code = await import('./acting.ts');
		await tick();
	}
}
