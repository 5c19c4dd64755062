import { error } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

/** Here, so that an address without a page is told with everything around it that a page has. */
export const load: PageServerLoad = ({ locals }) => error(404, { message: 'Not Found', requestId: locals.requestId });
