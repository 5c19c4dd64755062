import { error } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

/** Who asks for no page is told the same; a page alone would answer a POST as if it were there. */
export const fallback: RequestHandler = ({ locals }) =>
	error(404, { message: 'Not Found', requestId: locals.requestId });
