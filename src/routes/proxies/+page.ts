/** Text only: it loads no script. */
export const csr = false;
