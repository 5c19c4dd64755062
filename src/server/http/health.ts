import { Router } from 'express';
import { ProblemError } from '#contract';
import { refuseUnknown } from '#http/parameters.ts';

/** `/healthz`: the process lives. `/readyz`: it can do its work. */
export function healthRoutes(isReady: () => Promise<boolean>): Router {
	const router = Router();
	router.get('/healthz', (request, response) => {
		refuseUnknown(request);
		response.json({ status: 'ok' });
	});
	router.get('/readyz', async (request, response) => {
		refuseUnknown(request);
		if (!(await isReady()))
			throw new ProblemError('stopping', 'The server is starting or stopping.', { retryAfterSeconds: 1 });
		response.json({ status: 'ready' });
	});
	return router;
}
