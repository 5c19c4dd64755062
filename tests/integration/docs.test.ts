import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse as parseDotEnv } from 'dotenv';
import { describe, expect, it } from 'vitest';
import { NO_FAULTS, SCENARIO_NAMES } from '#contract';
import { TEST_NUMBERS } from '#provider/numbers.ts';
import { readConfig, VARIABLE_NAMES } from '#server/config.ts';
import { startApp } from '#tests/support/app.ts';
import { run } from '#tests/support/shell.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const filesBelow = (folder: string): string[] =>
	readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path));

describe('the documents', () => {
	it('[X1] every curl command of README.md and docs/rest.md works as written', async () => {
		const app = await startApp();
		const text = read('README.md') + read('docs/rest.md');
		const commands = [...text.matchAll(/^curl .+$/gm)].map(([line]) => line);
		expect(commands).toHaveLength(9);
		for (const command of commands) {
			// Some installed versions of curl are too old for --json.
			expect(command).not.toContain('--json');
			const status = `-s -o /dev/null -w '%{http_code}'`;
			expect([command, await run(`${command.replace('http://localhost:3000', app.url)} ${status}`)]).toEqual([
				command,
				expect.stringMatching(/^2/),
			]);
		}
		expect((await app.list('?run=ci-7')).calls).toEqual([]);
		expect((await app.list()).calls.map(({ customerName }) => customerName)).toEqual(['Bo', 'Ada']);
	});

	it('[X2] .env.example lists every variable with its default', () => {
		const example = parseDotEnv(read('.env.example'));
		expect(Object.keys(example).toSorted()).toEqual([...VARIABLE_NAMES].toSorted());
		expect(readConfig(example)).toEqual(readConfig({}));
	});

	it('[X3] docs/configuration.md lists every variable with its default', () => {
		const rows = read('docs/configuration.md').matchAll(/^\| `([A-Z_]+)` \| (?:`(.*?)`)? ?\|/gm);
		const table = Object.fromEntries([...rows].map(([, name = '', value = '']): [string, string] => [name, value]));
		expect(table).toEqual(parseDotEnv(read('.env.example')));
	});

	it('[X4] every npm script and every file that the documents name exists', () => {
		const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
		const pages = [
			'README.md',
			'CONTRIBUTING.md',
			'docs/architecture.md',
			'docs/simulator.md',
			'docs/proxies.md',
			'docs/configuration.md',
			'docs/rest.md',
		];
		for (const document of [...pages, ...filesBelow('docs/decisions')]) {
			const text = read(document);
			for (const [, name] of text.matchAll(/npm run ([\w:]+)/g)) expect(Object.keys(scripts), document).toContain(name);
			for (const [, path] of text.matchAll(/(?:src|srcset)="((?!https?:)[^"]+)"/g)) expect(read(path!)).not.toBe('');
			for (const [, path] of text.matchAll(/\]\(((?!https?:)[^)#]+)\)/g))
				expect(existsSync(join(root, dirname(document), path!)), `${document}: ${path}`).toBe(true);
			for (const [path] of text.matchAll(/\b(?:src|tests|prisma|scripts)\/[\w/.-]+\.(?:ts|svelte|prisma)\b/g))
				expect(read(path)).not.toBe('');
		}
	});

	it('[X5] docs/spec has every rule that a test quotes, and a test quotes every rule there', () => {
		const tests = ['tests', 'src', 'bench'].flatMap(filesBelow).filter((path) => path.endsWith('.test.ts'));
		const quoted = new Set(
			// The name of a test quotes the id of one rule, or several ids: `[D1, D2] …`.
			tests.flatMap((path) =>
				[...read(path).matchAll(/['"`]\[([A-Z]+\d+(?:, [A-Z]+\d+)*)\] /g)].flatMap(([, ids]) => ids!.split(', ')),
			),
		);
		const pages = filesBelow('docs/spec').map(read).join('\n');
		const named = [...pages.matchAll(/^- \*\*([A-Z]+\d+)\*\* /gm)].map(([, id]) => id!);
		const rules = new Set(named);
		expect(named.filter((id, i) => named.indexOf(id) !== i)).toEqual([]);
		expect([...quoted].filter((id) => !rules.has(id))).toEqual([]);
		expect([...rules].filter((id) => !quoted.has(id))).toEqual([]);
	});

	it('[X9] the simulator’s page lists every test number, scenario and fault', () => {
		const page = read('docs/simulator.md');
		const table = (keys: RegExp): string[][] =>
			[...page.matchAll(/^\| `(.+?)` \| (.+?) +\|$/gm)]
				.map(([, key, meaning]) => [key!, meaning!])
				.filter(([key]) => keys.test(key!));
		expect(Object.fromEntries(table(/^\+/))).toEqual(
			Object.fromEntries(Object.entries(TEST_NUMBERS).map(([number, scenario]) => [number, `\`${scenario}\``])),
		);
		expect(table(/^[a-z]/i).map(([fault]) => fault)).toEqual(Object.keys(NO_FAULTS));
		for (const scenario of SCENARIO_NAMES) expect(page).toContain(`\`${scenario}\``);
		expect(read('README.md')).toContain('(docs/simulator.md)');
	});

	it('[X6] the lock file serves every platform, and names no registry', () => {
		const text = read('package-lock.json');
		const { packages } = JSON.parse(text) as {
			packages: Record<string, { optionalDependencies?: Record<string, string> }>;
		};
		const names = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
		const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
			Object.entries(optionalDependencies).flatMap(([name, version]) => (/^\d/.test(version) ? [name] : [])),
		);
		expect(wanted.filter((name) => !names.has(name))).toEqual([]);
		expect(text).not.toContain('"resolved"');
	});
});
