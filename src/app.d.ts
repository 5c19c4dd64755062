import type { Pages } from '#contract';
import type { Theme } from '#lib/shell/theme.ts';

declare global {
	/** The running server, handed over once by src/server/web.ts. */
	var audena: Pages | undefined;

	namespace App {
		interface Locals {
			app: Pages;
			theme: Theme;
		}
		interface Error {
			message: string;
			/** The problem's stable code, where there is one. */
			code?: string;
		}
	}
}

export {};
