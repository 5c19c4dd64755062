import { chanceOf } from '#lib/line/chance.ts';

/**
 * Returns an SVG path that draws a voice for the large pictures: vertical bars, 4 units apart, that rise and fall
 * like phrases. The same `seed` returns the same path.
 */
export function voice(seed: string, bars: number, height: number): string {
	const chance = chanceOf(seed);
	return Array.from({ length: bars }, (_, i) => {
		const phrase = 0.35 + 0.65 * Math.abs(Math.sin(i / 7.5 + 0.9));
		const syllable = 0.55 + 0.45 * Math.sin(i * 1.9 + chance() * 2.2);
		const half = Math.max(0.07, Math.min(1, phrase * syllable * (0.55 + chance() * 0.6))) * (height / 2 - 1);
		return `M${i * 4 + 2} ${(height / 2 - half).toFixed(1)}v${(2 * half).toFixed(1)}`;
	}).join('');
}
