import type { Case, Recordings } from '../record/recording.ts';

/** Routes that need no golden of a success, and why. */
const WITHOUT_SUCCESS: Readonly<Record<string, string>> = {
	'GET /login': 'the pages render it, and they are not built here',
};

/** Files with cases for every route of the table. They are made for errors, so they prove no success. */
const GENERATED = ['rest/methods.json', 'rest/refusals.json', 'rest/without-token.json'];

/** Returns a line for each route without a golden of a success, and for each route without a golden of an error. */
export function uncovered(routes: readonly string[], recordings: Recordings): string[] {
	const asked = Object.entries(recordings).flatMap(([file, recording]) =>
		typeof recording === 'string' ? [] : recording.flatMap((one) => responseOf(one, file, routes) ?? []),
	);
	const has = (route: string, isIt: (response: Response) => boolean): boolean =>
		asked.some((one) => one.route === route && isIt(one));
	const isSuccess = ({ file, status }: Response): boolean => status < 400 && !GENERATED.includes(file);
	return [...new Set(routes)].flatMap((route) => [
		...(route in WITHOUT_SUCCESS || has(route, isSuccess) ? [] : [`${route} has no golden of a success.`]),
		...(has(route, ({ status }) => status >= 400) ? [] : [`${route} has no golden of an error.`]),
	]);
}

interface Response {
	file: string;
	route: string;
	status: number;
}

function responseOf({ request, status }: Case, file: string, routes: readonly string[]): Response | undefined {
	if (typeof request !== 'string' || typeof status !== 'number') return undefined;
	const line = request.split('?')[0]!;
	const matching = routes.filter((route) => patternOf(route).test(line));
	// Like the server, prefers a route without an id: `/api/calls/export` before `/api/calls/:id`.
	const route = matching.find((one) => !one.includes(':')) ?? matching[0];
	return route === undefined ? undefined : { file, route, status };
}

const patternOf = (route: string): RegExp => new RegExp(`^${route.replaceAll(/:\w+/g, '[^/]+')}$`);
