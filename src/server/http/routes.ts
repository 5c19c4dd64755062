import express, { type Express, type RequestHandler, type Router } from 'express';
import helmet from 'helmet';
import { ProblemError } from '#contract';
import { problemHandler } from '#http/problems.ts';
import type { Access } from './access.ts';
import { callRoutes, type CallRoutesDeps } from './calls.ts';
import { deliveryRoutes } from './deliveries.ts';
import { eventRoutes, type EventRoutesDeps } from './events.ts';
import { guards, type GuardRules } from './guards.ts';
import { healthRoutes } from './health.ts';
import { loginRoutes, type LoginDeps } from './login.ts';
import { methodsOf } from './methods.ts';
import { ownOrigin } from './own-origin.ts';
import { requestId } from './request-id.ts';
import { requestTarget } from './request-target.ts';
import { statsRoutes } from './stats.ts';
import { webhookRoutes } from './webhooks.ts';
import type { Inbox } from '../webhooks/inbox.ts';

export interface RoutesDeps extends CallRoutesDeps, EventRoutesDeps, LoginDeps {
	access: Access;
	rules: GuardRules;
	trustProxy: boolean | number | string;
	inbox: Inbox;
	/** The embedded provider's own API. */
	provider: Router;
	/** SvelteKit: handles every request that no router took. */
	pages: RequestHandler;
	isReady(): Promise<boolean>;
	onBug(error: unknown, requestId: string): void;
}

/** Mounts every route of the server, in one place. */
export function createHttp(deps: RoutesDeps): Express {
	const { access, rules, trustProxy, inbox, provider, desk, pages, isReady, onBug } = deps;
	const app = express();
	app.disable('x-powered-by').disable('etag').set('trust proxy', trustProxy).set('query parser', 'simple');

	app.use(requestId);
	app.use(noStore);
	app.use(ownOrigin);
	// SvelteKit sets the Content-Security-Policy of its pages, with nonces. A no-referrer policy would make forms
	// send `Origin: null`.
	app.use(
		helmet({ contentSecurityPolicy: false, strictTransportSecurity: false, referrerPolicy: { policy: 'same-origin' } }),
	);
	app.use(requestTarget);
	/** Every router is mounted here, so that each path rejects unknown methods. */
	const mount = (path: string, router: Router, ...before: RequestHandler[]): void => {
		app.use(path, ...before, methodsOf(router), router);
	};
	mount('/', healthRoutes(isReady));
	app.use(guards(rules));
	const login = loginRoutes(deps);
	login.get('/login', (_request, _response, next) => next('router')); // the pages render the form
	mount('/', login);

	mount('/api/webhooks', webhookRoutes(inbox)); // guarded by the webhook's signature
	mount('/api/calls', callRoutes(deps), access.guard);
	mount('/api/stats', statsRoutes(deps.reads), access.guard);
	mount('/api/events', eventRoutes(deps), access.guard);
	mount('/api/deliveries', deliveryRoutes(desk), access.guard);
	mount('/api/provider', provider, access.guard);
	app.use('/api', access.guard, notFound);

	app.use(pages);
	app.use(notFound);
	app.use(problemHandler(onBug));
	return app;
}

/** Keeps pages and responses out of caches. Built scripts and fonts have hashed names and set their own header. */
const noStore: RequestHandler = (_request, response, next) => {
	response.set('Cache-Control', 'no-store');
	next();
};

const notFound: RequestHandler = (request) => {
	throw new ProblemError(
		'not_found',
		`${request.method} ${request.originalUrl.split('?')[0]?.slice(0, 200)} does not exist.`,
	);
};
