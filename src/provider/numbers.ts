import type { Scenario } from '#contract';

/**
 * Numbers that always follow the same scenario. They are in +1 202 555 0100–0199, which the North American Numbering
 * Plan reserves for fiction (ATIS-0300048), so no telephone rings. A requested scenario takes precedence over the
 * number.
 */
export const TEST_NUMBERS: Readonly<Record<string, Extract<Scenario, string>>> = {
	'+12025550150': 'completed',
	'+12025550151': 'busy',
	'+12025550152': 'no-answer',
	'+12025550153': 'failed',
	'+12025550154': 'canceled',
	'+12025550155': 'slow',
	'+12025550156': 'provider-down',
	'+12025550157': 'dropped',
};

/** Returns the requested scenario, else the number's, else null. */
export function scenarioOf(asked: Scenario | null, phoneNumber: string): Scenario | null {
	return asked ?? TEST_NUMBERS[phoneNumber] ?? null;
}
