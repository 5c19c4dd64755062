import { expect } from 'vitest';
import { Problem, PROBLEMS, type ProblemCode } from '#contract';
import type { ApiResponse } from './app.ts';

/** Expects a complete RFC 9457 problem with this code and no internals. Returns the paths of its errors. */
export function expectProblem(response: ApiResponse<unknown>, code: ProblemCode): string[] {
	const problem = Problem.parse(response.body);
	const [status, title] = PROBLEMS[code];
	expect(problem).toMatchObject({ type: `urn:audena:problem:${code}`, title, status, code });
	expect(response.status).toBe(status);
	expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json\b/);
	expect(problem.requestId).toMatch(/^[\w.-]+$/);
	expect(response.headers.get('x-request-id')).toBe(problem.requestId);
	expect(problem.detail).not.toBe('');
	expect(JSON.stringify(problem)).not.toMatch(/node_modules|\.[jt]s:\d|\bat \w+ \(/);
	for (const { message } of problem.errors ?? []) expect(message).not.toBe('');
	return (problem.errors ?? []).map(({ path }) => path);
}
