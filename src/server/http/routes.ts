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
import { ownOrigin } from './own-origin.ts';
import { requestId } from './request-id.ts';
import { statsRoutes } from './stats.ts';
import { webhookRoutes } from './webhooks.ts';
import type { Inbox } from '../webhooks/inbox.ts';

export interface RoutesDeps extends CallRoutesDeps, EventRoutesDeps, LoginDeps {
	access: Access;
	rules: GuardRules;
	trustProxy: boolean | number | string;
	inbox: Inbox;
	/** The provider's own API. */
	provider: Router;
	/** SvelteKit: answers what nothing else did. */
	pages: RequestHandler;
	isReady(): Promise<boolean>;
	onBug(error: unknown, requestId: string): void;
}

/** Every door of the server, on one screen. */
export function createHttp(deps: RoutesDeps): Express {
	const { access, rules, trustProxy, inbox, provider, desk, pages, isReady, onBug } = deps;
	const app = express();
	app.disable('x-powered-by').disable('etag').set('trust proxy', trustProxy).set('query parser', 'simple');

	app.use(requestId);
	app.use(ownOrigin);
	// Kit makes the policy for its pages, with nonces. A no-referrer policy would make forms send `Origin: null`.
	app.use(
		helmet({ contentSecurityPolicy: false, strictTransportSecurity: false, referrerPolicy: { policy: 'same-origin' } }),
	);
	app.use(healthRoutes(isReady));
	app.use(guards(rules));
	app.use(loginRoutes(deps));

	app.use('/api', noStore);
	app.use('/api/webhooks', webhookRoutes(inbox)); // its signature guards it
	app.use('/api/calls', access.guard, callRoutes(deps));
	app.use('/api/stats', access.guard, statsRoutes(deps.reads));
	app.use('/api/events', access.guard, eventRoutes(deps));
	app.use('/api/deliveries', access.guard, deliveryRoutes(desk));
	app.use('/api/provider', access.guard, provider);
	app.use('/api', access.guard, nothingHere);

	app.use(pages);
	app.use(problemHandler(onBug));
	return app;
}

const noStore: RequestHandler = (_request, response, next) => {
	response.set('Cache-Control', 'no-store');
	next();
};

const nothingHere: RequestHandler = (request) => {
	throw new ProblemError(
		'not_found',
		`There is no ${request.method} ${request.originalUrl.split('?')[0]?.slice(0, 200)} here.`,
	);
};
