/** For `expect.poll`, where the server pushes nothing to wait for: a short interval and a long timeout. */
export const SOON = { interval: 10, timeout: 45_000 };
