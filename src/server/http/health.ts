import { Router } from 'express';
import { ProblemError } from '#contract';
import { sendProblem } from '#http/problems.ts';
import { refuseUnknown } from '#http/parameters.ts';

/** `/healthz`: the process is alive. `/readyz`: the server can do its work. */
export function healthRoutes(isReady: () => Promise<boolean>): Router {
	const router = Router();
	router.get('/healthz', (request, response) => {
		refuseUnknown(request);
		response.json({ status: 'ok' });
	});
	router.get('/readyz', async (request, response) => {
		refuseUnknown(request);
		const ready = await isReady().catch(() => false); // the workers meet the same error and log it
		if (ready) return response.json({ status: 'ready' });
		return sendProblem(
			response,
			new ProblemError('not_ready', 'The server is starting or stopping, or cannot reach its database.', {
				retryAfterSeconds: 1,
			}),
		);
	});
	return router;
}
