import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Words that readers stumble over, each with what to write instead. Add to the list freely. */
const BANNED: readonly [word: RegExp, instead: string][] = [
	[/\banew\b/i, 'again, from the start'],
	[/\b(who|what)(so)?ever\b/i, 'the thing itself'],
	[/\b(no|some|every|any)body\b/i, 'no client, a client, every client'],
	[/\b(him|his|himself)\b/i, 'its, their'],
	[/\bso (many|much) (of|calls|rows|bytes|milliseconds)\b/i, 'a number of, up to N'],
	[/\bof which\b/i, 'two sentences'],
	[/\bonce for all\b(?! (of|its|clients))/i, 'once'],
	[/\bstands?\b/i, 'is, appears'],
	[/\bstood\b/i, 'was, appeared'],
	[/\b(tells?|told)\b/i, 'sends, notifies, reports, shows'],
	[/\bwish(es)?\b/i, 'request'],
	[/\bhands\b/i, 'passes, actions'],
	[/\banswers\b/i, 'returns, responds, responses'],
	[/\bvouch(es)?\b/i, 'says, reports'],
	[/\bheed(s|ed)?\b/i, 'uses'],
	[/\bbehaviour\b/i, 'behavior'],
	[/\bcancell(ed|ing)\b/i, 'canceled'],
];

/** The files and folders that this test checks. The goal is the whole repository. */
const CLEAN = [
	'CHANGELOG.md',
	'CONTRIBUTING.md',
	'README.md',
	'bench',
	'docs/architecture.md',
	'docs/benchmarks.md',
	'docs/configuration.md',
	'docs/decisions',
	'docs/glossary.md',
	'docs/proxies.md',
	'docs/rest.md',
	'docs/simulator.md',
	'docs/spec',
	'scripts',
	'src/contract',
	'src/db',
	'src/hooks.server.ts',
	'src/http',
	'src/lib',
	'src/provider',
	'src/queue',
	'src/routes',
	'src/seed',
	'src/server',
	'tests',
];

const filesOf = (path: string): string[] =>
	statSync(join(root, path)).isDirectory()
		? readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
				.map((name) => join(path, name))
				.filter((name) => /\.(md|ts|js|svelte|css)$/.test(name))
		: [path];

/** Returns the comments of a TypeScript source. */
function commentsOf(text: string): string[] {
	const scanner = ts.createScanner(ts.ScriptTarget.Latest, false, ts.LanguageVariant.Standard, text);
	const comments: string[] = [];
	for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan())
		if (kind === ts.SyntaxKind.SingleLineCommentTrivia || kind === ts.SyntaxKind.MultiLineCommentTrivia)
			comments.push(scanner.getTokenText());
	return comments;
}

/** Returns the string literals of a TypeScript source that contain a space. A single word is a name or a key. */
function textsOf(text: string): string[] {
	const texts: string[] = [];
	const visit = (node: ts.Node): void => {
		if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
			if (node.text.includes(' ')) texts.push(node.text);
		ts.forEachChild(node, visit);
	};
	visit(ts.createSourceFile('', text, ts.ScriptTarget.Latest));
	return texts;
}

const proseOfProgram = (text: string): string[] => [...commentsOf(text), ...textsOf(text)];

/** Returns the English of a file: a document without its code blocks, or the comments and texts of a program. */
function proseOf(path: string): string[] {
	const text = readFileSync(join(root, path), 'utf8');
	if (path.endsWith('.md')) return [text.replaceAll(/```[\s\S]*?```/g, '')];
	if (path.endsWith('.css')) return text.match(/\/\*[\s\S]*?\*\//g) ?? [];
	if (!path.endsWith('.svelte')) return proseOfProgram(text);
	const scripts = [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].flatMap(([, script = '']) =>
		proseOfProgram(script),
	);
	return [...scripts, text.replaceAll(/<(script|style)[^>]*>[\s\S]*?<\/\1>/g, '')];
}

it('[X11] documents, comments and texts use plain words', () => {
	const found = CLEAN.flatMap(filesOf).flatMap((path) =>
		proseOf(path)
			.map((prose) => prose.replaceAll(/`[^`]*`/g, ''))
			.flatMap((prose) =>
				BANNED.flatMap(([word, instead]) => {
					const hit = word.exec(prose);
					if (!hit) return [];
					const around = prose.slice(Math.max(0, hit.index - 40), hit.index + 40).replaceAll(/\s+/g, ' ');
					return [`${path}: "${hit[0]}" (instead: ${instead}) in: …${around}…`];
				}),
			),
	);
	expect(found).toEqual([]);
});
