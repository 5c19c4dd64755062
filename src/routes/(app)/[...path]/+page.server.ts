import { error } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

/**
 * This route is inside the (app) layout, so that the error of an unknown path renders with the app's header and
 * navigation.
 */
export const load: PageServerLoad = ({ locals }) => error(404, { message: 'Not Found', requestId: locals.requestId });
