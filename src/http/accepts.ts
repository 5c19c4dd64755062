/** Whether a browser asks for a page: GET or HEAD, and `Accept` names HTML. Scripts accept anything, or JSON. */
export const wantsHtml = (method: string, accept: string | undefined): boolean =>
	(method === 'GET' || method === 'HEAD') && /\btext\/html\b/i.test(accept ?? '');
