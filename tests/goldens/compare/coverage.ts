import type { Case, Recordings } from '../record/recording.ts';

/** Routes that the API alone cannot serve, and why. */
const WITHOUT_SUCCESS: Readonly<Record<string, string>> = {
	'GET /login': 'the pages render it, and they are not built here',
};

/** One line for each route without a golden of a success or without one of an error. */
export function uncovered(routes: readonly string[], recordings: Recordings): string[] {
	const asked = Object.values(recordings)
		.filter((recording) => typeof recording !== 'string')
		.flat()
		.flatMap((one) => statusOf(one, routes) ?? []);
	const has = (route: string, isIt: (status: number) => boolean): boolean =>
		asked.some((one) => one.route === route && isIt(one.status));
	return [...new Set(routes)].flatMap((route) => [
		...(route in WITHOUT_SUCCESS || has(route, (status) => status < 400)
			? []
			: [`${route} has no golden of a success.`]),
		...(has(route, (status) => status >= 400) ? [] : [`${route} has no golden of an error.`]),
	]);
}

function statusOf({ request, status }: Case, routes: readonly string[]): { route: string; status: number } | undefined {
	if (typeof request !== 'string' || typeof status !== 'number') return undefined;
	const line = request.split('?')[0]!;
	const matching = routes.filter((route) => patternOf(route).test(line));
	// As the server does: a path without an id hides those with one.
	const route = matching.find((one) => !one.includes(':')) ?? matching[0];
	return route === undefined ? undefined : { route, status };
}

const patternOf = (route: string): RegExp => new RegExp(`^${route.replaceAll(/:\w+/g, '[^/]+')}$`);
