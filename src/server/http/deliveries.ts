import { Router } from 'express';
import { DeliveryQuery, parse, ProblemError, RedeliverMany, type Delivery } from '#contract';
import { jsonBody } from '#http/body.ts';
import { pathParameter, queryOf, refuseUnknown } from '#http/parameters.ts';

/** The app's access to the deliveries of an embedded provider. */
export interface DeliveryDesk {
	ofCall(callId: string): Promise<Delivery[]>;
	byId(ids: readonly string[]): Promise<Delivery[]>;
	list(query: DeliveryQuery): Promise<{ deliveries: Delivery[]; nextPage: string | null }>;
	count(filter: NonNullable<RedeliverMany['filter']>): Promise<number>;
	redeliver(id: string): Promise<Delivery>;
	cancel(id: string): Promise<Delivery>;
	redeliverMany(which: RedeliverMany): Promise<number>;
}

/**
 * Returns `desk`. If `desk` is null, because the provider is another server, throws `not_found` for the delivery
 * `id`.
 */
export function deskFor(desk: DeliveryDesk | null, id: string): DeliveryDesk {
	if (desk) return desk;
	throw new ProblemError(
		'not_found',
		`Delivery ${id.slice(0, 100)} does not exist here: the provider is another server.`,
	);
}

/** Routes of `/api/deliveries`. If the provider is another server, `desk` is null and there are no deliveries. */
export function deliveryRoutes(desk: DeliveryDesk | null): Router {
	const router = Router();

	router.get('/', async (request, response) => {
		const query = queryOf(request, DeliveryQuery);
		response.json((await desk?.list(query)) ?? { deliveries: [], nextPage: null });
	});
	router.post('/redeliver', jsonBody, async (request, response) => {
		refuseUnknown(request);
		const which = parse(RedeliverMany, request.body, 'The request');
		response.json({ count: (await desk?.redeliverMany(which)) ?? 0 });
	});
	router.post('/:id/redeliver', async (request, response) => {
		refuseUnknown(request);
		const id = pathParameter(request, 'id');
		response.json({ delivery: await deskFor(desk, id).redeliver(id) });
	});
	router.post('/:id/cancel', async (request, response) => {
		refuseUnknown(request);
		const id = pathParameter(request, 'id');
		response.json({ delivery: await deskFor(desk, id).cancel(id) });
	});
	return router;
}
