import { posix } from 'node:path';
import ts from 'typescript';

/** One import, re-export or `import()` of a file. */
export interface Import {
	specifier: string;
	/** Whether the import has only types, so that nothing is loaded at run time. */
	typeOnly: boolean;
}

export interface SourceFile {
	/** Path from the repository root, with slashes: `src/server/app.ts`. */
	path: string;
	imports: Import[];
	readsEnvironment: boolean;
}

/** Reads a TypeScript file, or the scripts of a Svelte component. */
export function readSource(path: string, text: string): SourceFile {
	const script = path.endsWith('.svelte') ? scriptsOf(text) : text;
	const source = ts.createSourceFile(path, script, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
	const file: SourceFile = { path, imports: [], readsEnvironment: false };
	const visit = (node: ts.Node): void => {
		const found = importOf(node);
		if (found) file.imports.push(found);
		if (ts.isPropertyAccessExpression(node) && /^process\s*\??\.\s*env$/.test(node.getText()))
			file.readsEnvironment = true;
		ts.forEachChild(node, visit);
	};
	visit(source);
	return file;
}

const scriptsOf = (component: string): string =>
	[...component.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, script]) => script!).join('\n');

function importOf(node: ts.Node): Import | undefined {
	if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier))
		return {
			specifier: node.moduleSpecifier.text,
			typeOnly: node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword,
		};
	if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier))
		return { specifier: node.moduleSpecifier.text, typeOnly: node.isTypeOnly };
	if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal))
		return { specifier: node.argument.literal.text, typeOnly: true };
	const [argument] =
		ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword ? node.arguments : [];
	return argument && ts.isStringLiteral(argument) ? { specifier: argument.text, typeOnly: false } : undefined;
}

/** Returns the repository file that a specifier names, or null for a package. */
export function resolveImport(from: string, specifier: string): string | null {
	if (specifier.startsWith('.')) return posix.normalize(posix.join(posix.dirname(from), specifier));
	if (specifier === '#contract') return 'src/contract/index.ts';
	const [, room, path] = /^#(\w+)\/(.+)$/.exec(specifier) ?? [];
	if (room === undefined) return null;
	return room === 'tests' ? `tests/${path!}` : `src/${room}/${path!}`;
}
