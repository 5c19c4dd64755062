import express from 'express';

/** The part of an Express router that lists its own routes. */
interface RouterLike {
	stack: { route?: { path: string; stack: { method: string }[] } }[];
}
type Use = (this: RouterLike, ...given: unknown[]) => unknown;

export interface RouteTable {
	/** Returns every route that was mounted between `watchRoutes` and `stop`, such as `GET /api/calls/:id`. */
	list(): string[];
	stop(): void;
}

/** Records where each router is mounted, because Express does not keep the path of a mounted router. */
export function watchRoutes(): RouteTable {
	const prototype = (express.Router as unknown as { prototype: { use: Use } }).prototype;
	const { use } = prototype;
	const mounted: { parent: RouterLike; path: string; child: RouterLike }[] = [];

	prototype.use = function (...given) {
		const [path, ...handlers] = typeof given[0] === 'string' ? (given as [string, ...unknown[]]) : ['/', ...given];
		for (const child of handlers.flat()) if (isRouter(child)) mounted.push({ parent: this, path, child });
		return use.apply(this, given);
	};
	const below = (router: RouterLike, prefix: string): string[] => [
		...router.stack.flatMap(({ route }) => (route ? routesOf(route, prefix) : [])),
		...mounted.flatMap(({ parent, path, child }) => (parent === router ? below(child, join(prefix, path)) : [])),
	];
	return {
		list() {
			const children = new Set(mounted.map(({ child }) => child));
			const roots = new Set(mounted.map(({ parent }) => parent).filter((parent) => !children.has(parent)));
			return [...roots].flatMap((root) => below(root, ''));
		},
		stop() {
			prototype.use = use;
		},
	};
}

const isRouter = (value: unknown): value is RouterLike =>
	typeof value === 'function' && Array.isArray((value as Partial<RouterLike>).stack);

const join = (prefix: string, path: string): string =>
	`${prefix}/${path}`.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1');

const routesOf = ({ path, stack }: { path: string; stack: { method: string }[] }, prefix: string): string[] =>
	[...new Set(stack.map(({ method }) => method.toUpperCase()))].map((method) => `${method} ${join(prefix, path)}`);
