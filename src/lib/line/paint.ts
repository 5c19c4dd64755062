import type { Outcome } from '#contract';
import type { Part, Stretch } from './phases.ts';
import { chanceOf } from './chance.ts';
import { drawn, LINE_MS } from './scale.ts';

/** All marks of one kind in one part of the line, as an SVG path. */
export interface Stroke {
	part: Part;
	/** `base` is the thin line behind the ticks of ringing. `break` marks where a part is cut. */
	kind: 'dots' | 'thin' | 'base' | 'ticks' | 'bars' | 'break';
	d: string;
}

export type End = 'going' | 'done' | 'busy' | 'open' | 'stop' | 'cross' | 'drop' | 'none';

export interface Painting {
	strokes: Stroke[];
	end: { mark: End; x: number };
}

interface Subject {
	stretches: readonly Stretch[];
	outcome: Outcome | null;
	status: 'PENDING' | 'COMPLETED' | 'FAILED';
	/** The same seed draws the same bars for the talk. */
	seed: string;
	width: number;
	height: number;
}

const START = 2;
/** The width of the end mark. */
const END_ROOM = 14;
/** Half the width of a break. */
const BREAK = 6;

const n = (value: number): string => String(Math.round(value * 10) / 10);
const steps = (from: number, to: number, by: number): number[] =>
	Array.from({ length: Math.max(0, Math.ceil((to - from) / by)) }, (_, i) => from + i * by);

/**
 * Draws a call as a line: dots for waiting, a thin stroke for dialing, double ticks for ringing, bars for the
 * talk, and one mark for the end. The scale is fixed, so a call's picture depends on this call alone.
 */
export function paint({ stretches, outcome, status, seed, width, height }: Subject): Painting {
	const perMs = (width - END_ROOM) / LINE_MS;
	let x = START;
	const strokes = drawn(stretches).flatMap(({ part, ms, isCut }) => {
		const from = x;
		x += ms * perMs;
		return isCut ? paintCut(part, from, x, height, seed) : paintPart(part, from, x, height, seed);
	});
	const mark = stretches[0]?.part === 'scheduled' ? 'none' : endOf(status, outcome);
	return { strokes, end: { mark, x: x + (outcome === 'provider-unreachable' ? 10 : 4) } };
}

/** Draws a part that is too long: its beginning, a break and its end. */
function paintCut(part: Part, from: number, to: number, height: number, seed: string): Stroke[] {
	const [middle, y] = [(from + to) / 2, height / 2];
	const slash = (x: number): string => `M${n(x - 1.8)} ${n(y + 6.5)}l3.6 -13`;
	return [
		...paintPart(part, from, middle - BREAK, height, seed),
		{ part, kind: 'break', d: slash(middle - 2) + slash(middle + 2) },
		...paintPart(part, middle + BREAK, to, height, `${seed} after the break`),
	];
}

function paintPart(part: Part, from: number, to: number, height: number, seed: string): Stroke[] {
	const y = height / 2;
	const ring = Math.min(5, y - 2);
	if (part === 'scheduled' || part === 'queued') {
		const dots = steps(from, to - 1, part === 'queued' ? 4 : 7);
		return [{ part, kind: 'dots', d: dots.map((x) => `M${n(x)} ${n(y)}h0`).join('') }];
	}
	if (part === 'initiated') return [{ part, kind: 'thin', d: `M${n(from)} ${n(y)}H${n(to)}` }];
	if (part === 'ringing') {
		const tick = (x: number): string => `M${n(x)} ${n(y - ring)}v${n(2 * ring)}`;
		const pairs = steps(from + 2, to - 3, 11);
		return [
			{ part, kind: 'base', d: `M${n(from)} ${n(y)}H${n(to)}` },
			{ part, kind: 'ticks', d: pairs.map((x) => tick(x) + tick(x + 3.2)).join('') },
		];
	}
	return [{ part, kind: 'bars', d: voice(from + 1.5, to, height, seed) }];
}

/**
 * Draws the talk as bars that rise and fall in phrases. The seed determines the bars, so a growing line keeps its
 * bars.
 */
function voice(from: number, to: number, height: number, seed: string): string {
	const chance = chanceOf(seed);
	const swing = chance() * 6;
	return steps(from, to, 3.6)
		.map((x, i) => {
			const loud = (0.55 + 0.4 * Math.sin(i / 2.6 + swing)) * (0.5 + chance() * 0.75);
			const half = Math.max(0.17, Math.min(1, loud)) * (height / 2 - 1);
			return `M${n(x)} ${n(height / 2 - half)}v${n(2 * half)}`;
		})
		.join('');
}

function endOf(status: Subject['status'], outcome: Outcome | null): End {
	if (status === 'PENDING') return 'going';
	if (status === 'COMPLETED') return 'done';
	if (outcome === 'busy') return 'busy';
	if (outcome === 'no-answer') return 'open';
	if (outcome === 'canceled') return 'stop';
	if (outcome === 'dropped') return 'drop';
	return 'cross';
}
