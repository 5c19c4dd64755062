/** Whether `Accept` names HTML. Browsers name it for pages and forms; scripts accept anything, or JSON. */
export const wantsHtml = (accept: string | null | undefined): boolean => /\btext\/html\b/i.test(accept ?? '');
