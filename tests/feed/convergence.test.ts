import { beforeAll, describe, expect, it } from 'vitest';
import { converge, type ConvergenceReport } from './convergence.ts';

describe('the feed on bad connections (long form: npm run test:feed)', () => {
	let report: ConvergenceReport;
	beforeAll(async () => {
		const seed = `${Date.now()}`;
		console.log(`feed seed ${seed}`);
		report = await converge({
			clients: 20,
			disturbances: 66,
			restarts: ['restored', 'killed'],
			everyMs: 90,
			stallMs: 3_000,
			creates: 150,
			seed,
			log: () => undefined,
		});
		expect(report).toMatchObject({ restarts: { killed: 1, restored: 1 }, exitCode: 0, errors: [], notSettled: [] });
	}, 180_000);

	it('[F30] every client ends with the calls of the database, however often its connection breaks or the server restarts', () => {
		expect(report).toMatchObject({ missing: [], different: [], tooMany: [], otherInFile: [] });
		// The number of calls that are left depends on the last clear.
		expect(report.calls).toBeGreaterThan(0);
	});
	it('[K19] the server makes a new epoch for a restored copy, and otherwise keeps its epoch', () => {
		expect(report).toMatchObject({ wrongEpochs: [], restarts: { restored: 1 } });
	});
	it('[F31] every client sees rising seqs, no change twice, and its cursor never moves back', () => {
		expect(report).toMatchObject({ doubled: [], outOfOrder: [], movedBack: [] });
		expect(report.applied).toBeGreaterThan(1_000);
		expect(report.appliedOnStreams).toBeGreaterThan(300);
	});
	it('[F32] no client is live while it lacks a change that is older than the heartbeat or the silence allows', () => {
		expect(report.falselyLive).toEqual([]);
		expect(report.live).toBeGreaterThan(10);
	});
});
