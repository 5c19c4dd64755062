import { Router, type RequestHandler } from 'express';
import { parse, ProblemError, SendCall, Settings } from '#contract';
import { jsonBody } from '#http/body.ts';
import { pathParameter, refuseUnknown } from '#http/parameters.ts';
import { checkCallback } from './callbacks.ts';
import type { SettingsKeeper } from './settings.ts';
import type { Simulator } from './simulator.ts';

export interface ProviderRoutesDeps {
	simulator: Simulator;
	settings: SettingsKeeper;
	/** Hosts that webhooks may go to, beside this machine. */
	callbackHosts: readonly string[];
}

const KEY_MAX = 255;

/** The provider's API, mounted at /api/provider. */
export function providerRoutes({ simulator, settings, callbackHosts }: ProviderRoutesDeps): Router {
	const router = Router();
	const strict: RequestHandler = (request, _response, next) => {
		refuseUnknown(request);
		next();
	};

	router.post('/send-call', strict, jsonBody, async (request, response) => {
		const wanted = parse(SendCall, request.body, 'The call');
		if (wanted.callbackUrl != null) checkCallback(wanted.callbackUrl, callbackHosts);
		const key = request.get('idempotency-key') ?? null;
		if (key !== null && (key === '' || key.length > KEY_MAX))
			throw new ProblemError('invalid_input', `Give an Idempotency-Key of 1 to ${KEY_MAX} characters.`);
		const { answer, replayed } = await simulator.accept(key, wanted);
		if (replayed) response.set('Idempotent-Replayed', 'true');
		response.type('application/json').send(answer);
	});
	router.get('/calls', strict, async (_request, response) => {
		response.json({ calls: await simulator.list() });
	});
	router.get('/calls/:providerId', strict, async (request, response) => {
		response.json({ call: await simulator.get(pathParameter(request, 'providerId')) });
	});
	router.post('/calls/:providerId/cancel', strict, async (request, response) => {
		response.json({ call: await simulator.hangUp(pathParameter(request, 'providerId')) });
	});
	router.get('/settings', strict, (_request, response) => {
		response.json(settings.current());
	});
	router.put('/settings', strict, jsonBody, async (request, response) => {
		response.json(await settings.change(parse(Settings, request.body, 'The settings')));
	});
	return router;
}
