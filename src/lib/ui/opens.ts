import type { Call } from '#contract';

/** Methods that a page calls on its mounted components. */
export interface Opens<Subject extends unknown[] = []> {
	open(...subject: Subject): void;
}
export interface Closes extends Opens {
	close(): void;
}
export interface Focuses {
	focus(): void;
}
export type OpensFor = Opens<[call: Call]>;
export type OpensAt = Opens<[call: Call, button: HTMLElement]>;
