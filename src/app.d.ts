import type { Pages } from '#contract';
import type { Theme } from '#lib/shell/theme.ts';

declare global {
	/** The functions of the running server for the pages. Set once, by src/server/web.ts. */
	var audena: Pages | undefined;

	namespace App {
		interface Locals {
			app: Pages;
			theme: Theme;
			requestId: string;
			/** Scheme, host and port of the address to which this request was sent. */
			origin: string;
		}
		interface PageData {
			/** The number of dead letters when the page was loaded. */
			deadLetters?: number;
		}
		interface Error {
			message: string;
			/** The problem's stable code, if there is one. */
			code?: string;
			/** The id of the request in the server's log. Absent if the browser got no response. */
			requestId?: string;
		}
	}
}

export {};
