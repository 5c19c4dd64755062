/** Returns a seeded random generator of numbers from 0 to 1 (mulberry32 over an FNV-1a hash). */
export function chanceOf(seed: string): () => number {
	let state = 2_166_136_261;
	for (const character of seed) state = Math.imul(state ^ character.charCodeAt(0), 16_777_619);
	return () => {
		state += 0x6d2b79f5;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
		return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
	};
}
