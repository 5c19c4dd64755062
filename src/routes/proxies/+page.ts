/** Text only, so the page loads no script. */
export const csr = false;
