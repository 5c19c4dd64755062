import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** What browser code must not import. SvelteKit 2 guards src/lib/server only. */
const NOT_IN_THE_BROWSER = ['#server', '#provider', '#db', '#queue', '#http', '#seed'].map((room) => ({
	group: [`${room}/*`, `**/${room.slice(1)}/**`],
	message: 'The pages get the server handed over (src/hooks.server.ts); they never import it.',
}));

export default ts.config(
	{ ignores: ['build/', '.svelte-kit/', 'src/generated/', 'test-results/', 'playwright-report/', 'data/'] },
	js.configs.recommended,
	...ts.configs.strictTypeChecked,
	...svelte.configs.recommended,
	prettier,
	...svelte.configs.prettier,
	{
		languageOptions: {
			globals: { ...globals.node, ...globals.browser },
			parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] },
		},
		rules: {
			'@typescript-eslint/consistent-type-imports': 'error',
			'@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
			// `return reject(error)` reads well, and callers ignore what a handler returns.
			'@typescript-eslint/no-confusing-void-expression': 'off',
			// Dependencies are objects of closures, passed as named arguments. Their methods do not use `this`.
			'@typescript-eslint/unbound-method': 'off',
			'@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
			// Characters are counted as code points on purpose.
			'@typescript-eslint/no-misused-spread': 'off',
			// Express's request inherits from IncomingMessage through its prototype.
			'@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
			// The code checks lengths where an index may be out of range. Elsewhere an index is known to be valid.
			'@typescript-eslint/no-non-null-assertion': 'off',
			// The project has no enums and no Svelte stores. Both rules would cost time: they check every expression.
			'@typescript-eslint/no-unsafe-enum-assignment': 'off',
			'svelte/require-store-reactive-access': 'off',
			'@typescript-eslint/return-await': ['error', 'in-try-catch'],
		},
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
		rules: {
			// The project sets no base path, so links and `goto` need no `resolve()`.
			'svelte/no-navigation-without-resolve': 'off',
		},
	},
	{
		files: ['src/lib/**', 'src/routes/**'],
		rules: {
			'@typescript-eslint/no-restricted-imports': [
				'error',
				{
					patterns: [
						...NOT_IN_THE_BROWSER,
						{
							group: ['#contract'],
							allowTypeImports: true,
							message:
								'Zod stays out of the bundle: values come from #contract/words.ts, csv.ts, cursor.ts, decodable.ts, search.ts, gatherer.ts, local-path.ts, phone-text.ts, scenario.ts, typed-text.ts or wants-html.ts.',
						},
						{
							regex:
								'^#contract/(?!csv|cursor|decodable|gatherer|local-path|phone-text|scenario|search|typed-text|wants-html|words)',
							allowTypeImports: true,
							message:
								'Zod stays out of the bundle: values come from #contract/words.ts, csv.ts, cursor.ts, decodable.ts, search.ts, gatherer.ts, local-path.ts, phone-text.ts, scenario.ts, typed-text.ts or wants-html.ts.',
						},
					],
				},
			],
		},
	},
	{ files: ['**/*.js'], ...ts.configs.disableTypeChecked },
);
