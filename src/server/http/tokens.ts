import { createHash, timingSafeEqual } from 'node:crypto';

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares in constant time, for any lengths. */
export const sameToken = (given: string, expected: string): boolean => timingSafeEqual(hash(given), hash(expected));

/** The token of an `Authorization: Bearer …` header, or null. */
export function bearerOf(header: string | undefined): string | null {
	return /^Bearer +([!-~]+) *$/i.exec(header ?? '')?.[1] ?? null;
}
