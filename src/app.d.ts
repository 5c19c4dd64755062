import type { Pages } from '#contract';
import type { Theme } from '#lib/shell/theme.ts';

declare global {
	/** The running server, handed over once by src/server/web.ts. */
	var audena: Pages | undefined;

	namespace App {
		interface Locals {
			app: Pages;
			theme: Theme;
			requestId: string;
			/** Scheme, host and port by which this request came. */
			origin: string;
		}
		interface PageData {
			/** How many deliveries gave up, as of the page's load. */
			deadLetters?: number;
		}
		interface Error {
			message: string;
			/** The problem's stable code, where there is one. */
			code?: string;
			/** Under which the server's log knows the request; a browser that got no answer has none. */
			requestId?: string;
		}
	}
}

export {};
