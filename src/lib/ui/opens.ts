import type { Call } from '#contract';

/** What a page asks of its parts once they are mounted. */
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
