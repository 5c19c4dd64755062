import { Router, type RequestHandler, type Response } from 'express';
import { check, errorsOf, HangUp, parse, ProblemError, SendCall, Settings } from '#contract';
import type { ReadPhone } from '#contract/phone-text.ts';
import { jsonBody } from '#http/body.ts';
import { idempotencyKey, pathParameter, refuseUnknown } from '#http/parameters.ts';
import { checkCallback } from './callbacks.ts';
import type { createDoor } from './door.ts';
import type { SettingsKeeper } from './settings.ts';
import type { Simulator } from './simulator.ts';

export interface ProviderRoutesDeps {
	simulator: Simulator;
	door: ReturnType<typeof createDoor>;
	settings: SettingsKeeper;
	/** Hosts that webhooks may use in addition to this machine. */
	callbackHosts: readonly string[];
	/** Reads a phone number as the rest of the app does. */
	readPhone(text: string): ReadPhone;
}

/** The provider's API, mounted at /api/provider. */
export function providerRoutes({ simulator, door, settings, callbackHosts, readPhone }: ProviderRoutesDeps): Router {
	const router = Router();
	const strict: RequestHandler = (request, _response, next) => {
		refuseUnknown(request);
		next();
	};

	router.post('/send-call', strict, jsonBody, async (request, response) => {
		const wanted = wantedCall(request.body, readPhone);
		if (wanted.callbackUrl != null) checkCallback(wanted.callbackUrl, callbackHosts);
		const key = idempotencyKey(request);
		const reception = await door(key, wanted);
		if (reception === 'timedOut') return hang(response);
		const { answer, replayed } = await simulator.accept(key, wanted);
		if (reception === 'acceptedThenFailed')
			throw new ProblemError(
				'provider_failed',
				'Injected fault: the provider accepted the call, then returned this error.',
			);
		if (replayed) response.set('Idempotent-Replayed', 'true');
		response.type('application/json').send(answer);
	});
	router.get('/calls', strict, async (_request, response) => {
		response.json({ calls: await simulator.list() });
	});
	router.get('/calls/:providerId', strict, async (request, response) => {
		response.json({ call: await simulator.get(pathParameter(request, 'providerId')) });
	});
	router.post('/calls/:providerId/cancel', strict, jsonBody, async (request, response) => {
		const { deleted = false } = parse(HangUp, request.body ?? {}, 'The hang-up request');
		response.json({ call: await simulator.hangUp(pathParameter(request, 'providerId'), deleted) });
	});
	router.get('/settings', strict, (_request, response) => {
		response.json(settings.current());
	});
	router.put('/settings', strict, jsonBody, async (request, response) => {
		response.json(await settings.change(parse(Settings, request.body, 'The settings object')));
	});
	return router;
}

/** Parses the requested call, with its number in E.164. Throws `invalid_input` with every error. */
function wantedCall(body: unknown, readPhone: ProviderRoutesDeps['readPhone']): SendCall {
	const { data, error } = check(SendCall, body);
	const number = (body as { phoneNumber?: unknown } | null | undefined)?.phoneNumber;
	const phone = typeof number === 'string' ? readPhone(number) : undefined;
	if (data && phone?.e164 !== undefined) return { ...data, phoneNumber: phone.e164 };
	const errors = error ? errorsOf(error) : [];
	if (phone?.error !== undefined && !errors.some(({ path }) => path === 'phoneNumber'))
		errors.push({ path: 'phoneNumber', message: phone.error });
	throw new ProblemError('invalid_input', 'The call is invalid. Nothing was changed. Its errors say what to change.', {
		errors,
	});
}

/** How long a request is left without a response. */
const HANG_MS = 60_000;

/** Sends no response. Resolves when the client closes the connection. After HANG_MS the server closes it. */
function hang(response: Response): Promise<void> {
	return new Promise((resolve) => {
		const end = setTimeout(() => response.destroy(), HANG_MS);
		response.on('close', () => {
			clearTimeout(end);
			resolve();
		});
	});
}
