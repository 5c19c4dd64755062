/** Microseconds of the machine's monotonic clock: the same in every process of one machine. */
export const micros = (): number => Number(process.hrtime.bigint() / 1_000n);
