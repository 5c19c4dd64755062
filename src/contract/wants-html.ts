/** Whether `Accept` names HTML, as browsers do for pages and forms. Scripts accept anything, or JSON. */
export const wantsHtml = (accept: string | null | undefined): boolean => /\btext\/html\b/i.test(accept ?? '');
