import type { TestApp } from './app.ts';
import { FAR_FUTURE } from './trace.ts';

/** A request to one endpoint, with a body if the endpoint takes one. */
export type Endpoint = [method: string, path: string, body?: unknown];

/**
 * Returns a valid request to most endpoints, and creates the calls that the requests name. Left out are batches,
 * exports, stats, single deliveries, and the event stream, which never ends.
 */
export async function endpointsOf(app: TestApp): Promise<Endpoint[]> {
	const { id } = await app.create({ scheduledAt: FAR_FUTURE });
	const ended = await app.create({ scheduledAt: FAR_FUTURE });
	await app.api('PATCH', `/api/calls/${ended.id}`, { status: 'COMPLETED' });
	const request = {
		phoneNumber: '+12025550100',
		workflow: 'SALES',
		scenario: { outcome: 'busy', delayMs: 86_400_000 },
	};
	const { body } = await app.api<{ providerId: string }>('POST', '/api/provider/send-call', {
		...request,
		callId: 'elsewhere',
		callbackUrl: 'http://127.0.0.1:2/', // no receiver listens there, and nothing is sent for hours
	});
	return [
		['GET', '/api/calls'],
		['GET', `/api/calls/${id}`],
		[
			'POST',
			'/api/calls',
			{ customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SALES', scheduledAt: FAR_FUTURE },
		],
		['GET', `/api/calls/${ended.id}/wait?timeout=1`],
		['GET', '/api/deliveries'],
		['POST', '/api/deliveries/redeliver', { filter: {}, dryRun: true }],
		['PATCH', `/api/calls/${id}`, { status: 'PENDING' }],
		['POST', `/api/calls/${id}/cancel`],
		['DELETE', `/api/calls/${id}`],
		['DELETE', '/api/calls?run=nobody'],
		['DELETE', '/api/calls'],
		['POST', '/api/provider/send-call', { ...request, callId: 'another' }],
		['GET', '/api/provider/calls'],
		['GET', `/api/provider/calls/${body.providerId}`],
		['POST', `/api/provider/calls/${body.providerId}/cancel`],
		['GET', '/api/provider/settings'],
		['PUT', '/api/provider/settings', (await app.api('GET', '/api/provider/settings')).body],
		['POST', '/api/webhooks/provider-status', { callId: id, providerId: 'sim_1', status: 'COMPLETED' }],
		['GET', '/healthz'],
		['GET', '/readyz'],
	];
}
