import { error } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

/**
 * Returns 404 to requests that do not ask for HTML. With +page.server.ts alone, a POST would get a response as if
 * the page existed.
 */
export const fallback: RequestHandler = ({ locals }) =>
	error(404, { message: 'Not Found', requestId: locals.requestId });
