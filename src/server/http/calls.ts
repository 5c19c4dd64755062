import { Router, type Request } from 'express';
import { Batch, CallQuery, parse, ProblemError, StatusChange, WaitQuery } from '#contract';
import { jsonBody } from '#http/body.ts';
import { idempotencyKey, pathParameter, queryOf, refuseUnknown } from '#http/parameters.ts';
import type { Calls } from '../calls/calls.ts';
import type { DeliveryDesk } from './deliveries.ts';
import type { CallReads } from '../calls/reads.ts';
import { parseNewCall } from '../calls/request.ts';
import type { CallWaits } from '../feed/endings.ts';
import type { ClearMatching } from '../retention/clear-matching.ts';
import { clearRoute } from './clear.ts';
import type { Connections } from './connections.ts';
import { exportRoute } from './export.ts';
import { heldOpen } from './held-open.ts';
import { createListCache } from './list-answers.ts';

export interface CallRoutesDeps {
	calls: Calls;
	clearing: ClearMatching;
	reads: CallReads;
	/** null if the provider is another server (PROVIDER_URL). Responses then contain no deliveries. */
	desk: DeliveryDesk | null;
	callWaits: CallWaits;
	connections: Connections;
	now(): number;
}

/** How long `GET /api/calls/:id/wait` waits for the call's end by default, in seconds. */
const WAIT_SECONDS = 30;

/** Routes of `/api/calls`. */
export function callRoutes({ calls, clearing, reads, desk, callWaits, connections, now }: CallRoutesDeps): Router {
	const router = Router();
	const listJson = createListCache(reads);

	router.post('/', jsonBody, async (request, response) => {
		refuseUnknown(request);
		const wanted = parseNewCall(request.body);
		const key = idempotencyKey(request);
		if (key === null) {
			const call = await calls.create(wanted);
			response.status(201).location(`/api/calls/${call.id}`).json({ call });
			return;
		}
		const { response: text, replayed } = await calls.createOnce(scopeOf(request, '/api/calls'), key, wanted);
		const { call } = JSON.parse(text) as { call: { id: string } };
		if (replayed) response.set('Idempotent-Replayed', 'true');
		response.status(201).location(`/api/calls/${call.id}`).type('application/json').send(text);
	});
	router.post('/batch', jsonBody, async (request, response) => {
		refuseUnknown(request);
		const { calls: wanted } = parse(Batch, request.body, 'The batch');
		const key = idempotencyKey(request);
		const named = key === null ? null : { scope: scopeOf(request, '/api/calls/batch'), key };
		const { response: text, replayed } = await calls.createMany(wanted, named);
		if (replayed) response.set('Idempotent-Replayed', 'true');
		response.status(201).type('application/json').send(text);
	});
	router.get('/', async (request, response) => {
		const body = await listJson(queryOf(request, CallQuery));
		response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': body.length });
		response.end(body);
	});
	router.delete('/', clearRoute({ calls, clearing, connections }));
	router.get('/export', exportRoute({ reads, connections, now }));
	router.get('/:id', async (request, response) => {
		refuseUnknown(request);
		const id = pathParameter(request, 'id');
		const found = await reads.get(id);
		if (!found) throw new ProblemError('call_not_found', `Call ${id.slice(0, 100)} does not exist.`);
		response.json({ ...found, deliveries: (await desk?.ofCall(id)) ?? [] });
	});
	router.get('/:id/wait', async (request, response) => {
		const { timeout = WAIT_SECONDS } = queryOf(request, WaitQuery);
		const gone = heldOpen(connections, request, response);
		const call = await callWaits.of(pathParameter(request, 'id'), timeout * 1_000, gone);
		if (call) response.json({ call });
	});
	router.patch('/:id', jsonBody, async (request, response) => {
		refuseUnknown(request);
		const { status } = parse(StatusChange, request.body, 'The status');
		response.json({ call: await calls.setStatus(pathParameter(request, 'id'), status) });
	});
	router.post('/:id/cancel', async (request, response) => {
		refuseUnknown(request);
		response.json({ call: await calls.cancel(pathParameter(request, 'id')) });
	});
	router.delete('/:id', async (request, response) => {
		refuseUnknown(request);
		await calls.remove(pathParameter(request, 'id'));
		response.status(204).end();
	});
	return router;
}

/** The scope of an idempotency key: token, method and path. */
const scopeOf = (request: Request, path: string): string => `${request.get('authorization') ?? ''} POST ${path}`;
