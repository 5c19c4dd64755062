/** For `expect.poll`, where nothing is pushed that could be waited for: looks again at once, and gives up late. */
export const SOON = { interval: 10, timeout: 10_000 };
