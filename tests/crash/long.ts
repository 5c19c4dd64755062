import { parseArgs } from 'node:util';
import { crash } from './crash.ts';

/** `npm run test:crash`: the long form of the crash test. Options: `-- --kills 50 --calls 5000 --seed 1`. */
const { values } = parseArgs({
	options: {
		kills: { type: 'string', default: '25' },
		calls: { type: 'string', default: '2000' },
		seed: { type: 'string', default: String(Date.now()) },
	},
});
console.log(`crash seed ${values.seed} (again with: npm run test:crash -- --seed ${values.seed})`);
const report = await crash({
	kills: Number(values.kills),
	calls: Number(values.calls),
	seed: values.seed,
	log: (line) => console.log(line),
});
console.log(report);
const { integrity, exitCode, ...lists } = report;
const wrong = Object.entries(lists).filter(([, list]) => Array.isArray(list) && list.length > 0);
const ok = wrong.length === 0 && integrity === 'ok' && exitCode === 0 && report.accepted > 0;
console.log(ok ? 'Nothing was lost, nothing was doubled.' : `Broken: ${wrong.map(([name]) => name).join(', ')}`);
process.exitCode = ok ? 0 : 1;
