import type { RequestHandler, Router } from 'express';
import { ProblemError } from '#contract';

/** All methods used on this server, in the order of `Allow`. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** The part of Express's route layers that is needed to find the routes of a path. */
interface RouteLayer {
	match(path: string): unknown;
	route?: { path: string; stack: { method: string }[] };
}

/**
 * Returns a handler to mount before `router`. For a path of the router, the handler rejects an unknown method with
 * 405 and `Allow`, and responds to OPTIONS. It passes on all other requests.
 */
export function methodsOf(router: Router): RequestHandler {
	return (request, response, next) => {
		const known = methodsAt(router.stack as unknown as RouteLayer[], request.path);
		if (known.size === 0 || (known.has(request.method) && request.method !== 'OPTIONS')) return next();
		const allow = METHODS.filter((method) => known.has(method));
		if (request.method !== 'OPTIONS') throw wrongMethod(request.method, allow);
		response.status(204).set('Allow', allow.join(', ')).end();
	};
}

export const wrongMethod = (method: string, allow: readonly string[]): ProblemError =>
	new ProblemError('method_not_allowed', `This path does not support ${method}. It supports ${allow.join(', ')}.`, {
		allow,
	});

/** Returns the methods of a path. A route without parameters hides routes with parameters: `/batch` is not an id. */
function methodsAt(layers: readonly RouteLayer[], path: string): Set<string> {
	const routes = layers.flatMap(({ route }, i) => (route && layers[i]?.match(path) ? [route] : []));
	const exact = routes.filter((route) => !route.path.includes(':'));
	const methods = new Set(
		(exact.length > 0 ? exact : routes).flatMap(({ stack }) => stack.map(({ method }) => method.toUpperCase())),
	);
	if (methods.has('GET')) methods.add('HEAD');
	if (methods.size > 0) methods.add('OPTIONS');
	return methods;
}
