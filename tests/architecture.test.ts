import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { readSource, resolveImport, type Import, type SourceFile } from './support/imports.ts';

/** The folders that each folder may import. `app` means the files that SvelteKit requires at the root of src. */
const MAY_IMPORT: Record<string, readonly string[]> = {
	contract: [],
	db: ['generated'],
	queue: [],
	http: ['contract', 'db'],
	provider: ['contract', 'db', 'queue', 'http'],
	server: ['contract', 'db', 'queue', 'http'],
	seed: ['contract', 'db', 'server'],
	lib: ['contract'],
	routes: ['contract', 'lib'],
	app: ['contract', 'lib'],
};
/** The only file that imports both the server and the provider. */
const MEETING_PLACE = 'src/server/app.ts';
/** The only file of the provider that `MEETING_PLACE` may import. */
const PROVIDER = 'src/provider/provider.ts';
/** What `MEETING_PLACE` passes to `createProvider` besides `app`, the provider's port to the server. */
const PROVIDER_RESOURCES = [
	'alone',
	'callbackHosts',
	'chance',
	'database',
	'defaults',
	'keep',
	'now',
	'onError',
	'secrets',
	'timeoutMs',
];
/** The only file that reads the environment. */
const ENTRY = 'src/server/main.ts';
const IN_THE_BROWSER = ['lib', 'routes', 'app'];
/** Files of the contract whose values the browser may import: they do not load Zod. */
const WITHOUT_ZOD = [
	'characters',
	'csv',
	'cursor',
	'decodable',
	'gatherer',
	'local-path',
	'phone-text',
	'scenario',
	'search',
	'typed-text',
	'wants-html',
	'words',
].map((name) => `src/contract/${name}.ts`);

const roomOf = (path: string): string =>
	/^src\/(\w+)\//.exec(path)?.[1] ?? (path.startsWith('src/') ? 'app' : 'outside');
const isTypes = (specifier: string): boolean => specifier === './$types' || specifier.startsWith('$');

/** Returns every violation of the rules for imports and the environment as a sentence. */
function violations(files: readonly SourceFile[]): string[] {
	const known = new Set(files.map(({ path }) => path));
	return [
		...files.flatMap((file) =>
			file.imports.flatMap((item) =>
				faultsOf(file.path, item, known).map((why) => `${file.path} imports ${item.specifier}: ${why}`),
			),
		),
		...files
			.filter((file) => file.readsEnvironment && file.path !== ENTRY)
			.map(({ path }) => `${path} reads process.env`),
		...cyclesOf(files).map((cycle) => `a cycle: ${cycle.join(' → ')}`),
	];
}

function faultsOf(from: string, { specifier, typeOnly }: Import, known: ReadonlySet<string>): string[] {
	const [room, target] = [roomOf(from), resolveImport(from, specifier)];
	if (specifier.startsWith('$env')) return ['the environment is read in one place'];
	if (isTypes(specifier)) return IN_THE_BROWSER.includes(room) ? [] : ['this is SvelteKit’s own'];
	if (WITHOUT_ZOD.includes(from) && !typeOnly && !WITHOUT_ZOD.includes(target ?? ''))
		return ['the browser takes values from it: no Zod'];
	if (target === null) return room === 'contract' && specifier !== 'zod' ? ['the contract knows zod only'] : [];
	if (target === 'package.json' || /\.(css|svg|woff2)(\?url)?$/.test(target)) return [];

	const to = roomOf(target);
	const faults: string[] = [];
	if (to !== 'generated' && to !== 'outside' && !known.has(target)) faults.push('there is no such file');
	if (to === room) return [...faults, ...insideOf(from, target)];
	if (specifier.startsWith('.') && to !== 'generated') faults.push('another room is named from its #');
	const meets = from === MEETING_PLACE && target === PROVIDER;
	if (!meets && !MAY_IMPORT[room]?.includes(to)) faults.push(`${room} may not know ${to}`);
	if (from.startsWith('src/server/calls/') && !['contract', 'db'].includes(to))
		faults.push('calls knows contract and db only');
	if (IN_THE_BROWSER.includes(room) && to === 'contract' && !typeOnly && !WITHOUT_ZOD.includes(target))
		faults.push('the browser takes values from files without Zod only');
	return faults;
}

/**
 * Returns the violations of an import within one folder of src. Files of `calls` may import no other part of the
 * server. Only files directly in src/server may import app.ts.
 */
function insideOf(from: string, target: string): string[] {
	if (from.startsWith('src/server/calls/') && !target.startsWith('src/server/calls/'))
		return ['calls imports no other part of the server'];
	const isStart = /^src\/server\/\w+\.ts$/.test(from);
	return target === MEETING_PLACE && !isStart ? ['only the start knows the whole app'] : [];
}

/** Returns, as sentences, each connection between server and provider in app.ts besides the two ports. */
function wiresOf(text: string): string[] {
	const wires: string[] = [];
	let created = 0;
	const visit = (node: ts.Node): void => {
		if (ts.isImportDeclaration(node) && node.moduleSpecifier.getText().includes('#provider/')) {
			const names = node.importClause?.getText() ?? 'nothing';
			if (names !== '{ createProvider }') wires.push(`the server imports ${names}`);
		}
		if (ts.isCallExpression(node) && node.expression.getText() === 'createProvider') {
			created++;
			const [deps] = node.arguments;
			const given = deps && ts.isObjectLiteralExpression(deps) ? deps.properties : [];
			const others = given.filter(({ name }) => !PROVIDER_RESOURCES.includes(name?.getText() ?? ''));
			const names = others.map((one) => one.name?.getText() ?? one.getText());
			if (names.join() !== 'app') wires.push(`the provider is given ${names.join()}`);
			const holder = node.parent.parent;
			if (!ts.isVariableDeclaration(holder) || holder.type?.getText() !== 'ProviderPort')
				wires.push('the server holds the provider by another type than its port');
		}
		ts.forEachChild(node, visit);
	};
	visit(ts.createSourceFile(MEETING_PLACE, text, ts.ScriptTarget.Latest, true));
	return created === 1 ? wires : [...wires, `the server creates ${created} providers`];
}

/** Returns cycles between files, ignoring type-only imports. */
function cyclesOf(files: readonly SourceFile[]): string[][] {
	const edges = new Map(
		files.map(({ path, imports }) => [
			path,
			imports.filter(({ typeOnly }) => !typeOnly).flatMap(({ specifier }) => resolveImport(path, specifier) ?? []),
		]),
	);
	const done = new Set<string>();
	const cycles: string[][] = [];
	const walk = (path: string, trail: readonly string[]): void => {
		const at = trail.indexOf(path);
		if (at >= 0) return void cycles.push([...trail.slice(at), path]);
		if (done.has(path)) return;
		for (const next of edges.get(path) ?? []) walk(next, [...trail, path]);
		done.add(path);
	};
	for (const path of edges.keys()) walk(path, []);
	return cycles;
}

const root = join(import.meta.dirname, '..');
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
	.map((path) => `src/${path.replaceAll('\\', '/')}`)
	.filter((path) => /\.(js|ts|svelte)$/.test(path) && !path.endsWith('.test.ts') && !path.startsWith('src/generated/'))
	.map((path) => readSource(path, readFileSync(join(root, path), 'utf8')));

/** Returns the violations of the sources with one additional file. */
const withFile = (path: string, text: string): string[] =>
	violations([...sources.filter((file) => file.path !== path), readSource(path, text)]);

describe('the architecture', () => {
	it('[T1] every file imports only what its folder may import', () => {
		expect(sources.length).toBeGreaterThan(50);
		expect(new Set(sources.map(({ path }) => roomOf(path)))).toEqual(new Set(Object.keys(MAY_IMPORT)));
		expect(violations(sources)).toEqual([]);
	});

	it.each([
		['src/contract/new.ts', `import express from 'express';`, 'zod only'],
		['src/contract/new.ts', `import type { Row } from '#db/database.ts';`, 'contract may not know db'],
		['src/contract/cursor.ts', `import { z } from 'zod';`, 'no Zod'],
		['src/contract/words.ts', `export { Cursor } from './feed.ts';`, 'no Zod'],
		['src/queue/new.ts', `import type { Call } from '#contract';`, 'queue may not know contract'],
		['src/db/new.ts', `export * from '#queue/backoff.ts';`, 'db may not know queue'],
		['src/http/new.ts', `import '#queue/worker.ts';`, 'http may not know queue'],
		['src/provider/new.ts', `const app = await import('#server/app.ts');`, 'provider may not know server'],
		['src/provider/new.ts', `import { x } from '../server/calls/call.ts';`, 'named from its #'],
		['src/server/jobs/new.ts', `import { planCall } from '#provider/scenarios.ts';`, 'server may not know provider'],
		['src/server/calls/new.ts', `import { createHub } from '../feed/hub.ts';`, 'no other part of the server'],
		['src/server/calls/new.ts', `import '#http/body.ts';`, 'calls knows contract and db only'],
		[
			'src/server/calls/new.ts',
			`import type { Prisma } from '../../generated/prisma/client.ts';`,
			'may not know generated',
		],
		['src/server/app.ts', `import { createDesk } from '#provider/desk.ts';`, 'server may not know provider'],
		['src/server/http/new.ts', `import { createApp } from '../app.ts';`, 'only the start knows'],
		['src/server/http/new.ts', `const port = process.env.PORT;`, 'reads process.env'],
		['src/server/new.ts', `import x from './nowhere.ts';`, 'no such file'],
		[
			'src/lib/new.svelte',
			`<script lang="ts">import { parse } from '#contract';</script>`,
			'values from files without Zod only',
		],
		['src/lib/new.ts', `import { z } from '#contract/text.ts';`, 'values from files without Zod only'],
		['src/lib/new.ts', `import type { App } from '#server/app.ts';`, 'lib may not know server'],
		['src/lib/new.ts', `import page from '../routes/+page.svelte';`, 'lib may not know routes'],
		['src/lib/new.ts', `import { API_TOKEN } from '$env/static/private';`, 'read in one place'],
		['src/routes/new.ts', `export { openDatabase } from '#db/open.ts';`, 'routes may not know db'],
		['src/hooks.server.ts', `import { migrate } from '#db/migrate.ts';`, 'app may not know db'],
	])('[T2] the check finds a violation in %s with %s', (path, text, why) => {
		expect(withFile(path, text).filter((fault) => fault.includes(why))).not.toEqual([]);
	});

	it('[T3] the check finds a cycle, and an import of a type alone makes none', () => {
		const one = (kind: string): SourceFile => readSource('src/http/one.ts', `${kind} { two } from './two.ts';`);
		const two = readSource('src/http/two.ts', `export { one } from './one.ts';`);
		expect(cyclesOf([one('import'), two])).toEqual([['src/http/one.ts', 'src/http/two.ts', 'src/http/one.ts']]);
		expect(cyclesOf([one('import type'), two])).toEqual([]);
	});

	it('[T5] server and provider meet through one port each way', () => {
		const text = readFileSync(join(root, MEETING_PLACE), 'utf8');
		expect(wiresOf(text)).toEqual([]);
		const broken = (find: string, replace: string): string[] => {
			expect(text.split(find)).toHaveLength(2);
			return wiresOf(text.replace(find, replace));
		};
		expect(broken('const provider: ProviderPort =', 'const provider =')).toEqual([
			'the server holds the provider by another type than its port',
		]);
		expect(
			broken('keep: config.retention,\n\t\tsecrets,', 'keep: config.retention, secrets, onCall: calls.create,'),
		).toEqual(['the provider is given onCall,app']);
		expect(broken('{ createProvider }', '{ createProvider, createDesk }')).toEqual([
			'the server imports { createProvider, createDesk }',
		]);
	});

	it('[T4] what the table allows passes', () => {
		const allowed: [string, string][] = [
			['src/lib/new.ts', `import type { Call } from '#contract'; import { STATUSES } from '#contract/words.ts';`],
			['src/server/calls/new.ts', `import { PHASES } from '#contract'; import type { Row } from '#db/database.ts';`],
			['src/routes/new.ts', `import { page } from '$app/state'; import type { PageProps } from './$types';`],
			['src/provider/new.ts', `import { z } from 'zod'; import { backoffMs } from '#queue/backoff.ts';`],
		];
		for (const [path, text] of allowed)
			expect(withFile(path, text).filter((fault) => fault.includes(path))).toEqual([]);
	});
});
