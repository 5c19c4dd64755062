import { Router } from 'express';
import { refuseUnknown } from '#http/parameters.ts';
import type { CallReads } from '../calls/reads.ts';

/** Routes of `/api/stats`. */
export function statsRoutes(reads: Pick<CallReads, 'stats'>): Router {
	const router = Router();
	router.get('/', async (request, response) => {
		refuseUnknown(request);
		response.json(await reads.stats());
	});
	return router;
}
