import type { AppDeps } from '#server/app.ts';
import { startApp, type ApiResponse, type TestApp } from './app.ts';
import { requirePages } from './program.ts';

/** Starts a server with the built pages, and closes it when the test finishes. */
export function startPages(env: Record<string, string> = {}, held: Partial<AppDeps> = {}): Promise<TestApp> {
	requirePages();
	return startApp(env, held, 'built');
}

/** Requests a page as a browser does, without the API token. The body of the response is HTML. */
export const openPage = (
	app: TestApp,
	path: string,
	headers: Record<string, string> = {},
): Promise<ApiResponse<string>> =>
	app.api<string>('GET', path, undefined, { accept: 'text/html', authorization: '', ...headers });

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };

/** Returns the text of some HTML, without its tags and comments. White space stays as it is. */
export const textOf = (html: string): string =>
	html
		.replaceAll(/<!--.*?-->|<(script|style)\b.*?<\/\1>|<[^>]+>/gs, '')
		.replaceAll(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => ENTITIES[name]!);
