/**
 * Measures every variant once in each repetition, in an order that turns by one, and gives the samples of each variant
 * in the order of the repetitions, so that they can be paired. So many `unmeasured` ones come first and warm up.
 */
export async function inRounds<Variant extends string, Sample>(
	variants: readonly Variant[],
	repetitions: number,
	measure: (variant: Variant, repetition: number) => Promise<Sample>,
	unmeasured = 0,
): Promise<Map<Variant, Sample[]>> {
	const samples = new Map(variants.map((variant): [Variant, Sample[]] => [variant, []]));
	for (let repetition = 0; repetition < repetitions + unmeasured; repetition++)
		for (let i = 0; i < variants.length; i++) {
			const variant = variants[(i + repetition) % variants.length]!;
			const sample = await measure(variant, repetition);
			if (repetition >= unmeasured) samples.get(variant)!.push(sample);
		}
	return samples;
}
