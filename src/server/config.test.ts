import { describe, expect, it } from 'vitest';
import { newSecret } from '#tests/support/webhook.ts';
import { ConfigError, isWebhookSecret, readConfig } from './config.ts';

const messageOf = (env: Record<string, string>): string => {
	try {
		readConfig(env);
	} catch (error) {
		if (error instanceof ConfigError) return error.message;
		throw error;
	}
	return 'accepted';
};

describe('the environment', () => {
	it('[C1] every variable has a default', () => {
		expect(readConfig({})).toMatchObject({
			port: 3000,
			host: '127.0.0.1',
			appUrl: null,
			apiToken: null,
			allowedHosts: [],
			callbackHosts: [],
			database: { url: 'file:./data/audena.db' },
			trustProxy: false,
			webhookSecrets: [],
			logLevel: 'info',
			provider: {
				url: null,
				token: undefined,
				defaults: { delayMs: { min: 800, max: 2_200 }, failRate: 0.15, seed: null, speed: 1, until: null },
			},
		});
	});

	it('[C2] an empty or blank variable counts as unset', () => {
		const blank = { PORT: '', HOST: '  ', API_TOKEN: '', PROVIDER_URL: ' ', WEBHOOK_SECRET: '', LOG_LEVEL: '' };
		expect(readConfig(blank)).toEqual(readConfig({}));
	});

	it('[C3] every variable that is set is used', () => {
		const secrets = [newSecret(), newSecret()];
		const config = readConfig({
			...{
				PORT: '0',
				HOST: '::1',
				DATABASE_URL: 'file:/tmp/x.db',
				APP_URL: 'https://calls.example/',
				TRUST_PROXY: '2',
			},
			...{
				ALLOWED_HOSTS: 'a.example, Bücher.example',
				CALLBACK_HOSTS: 'c.example:8080 d.example',
				API_TOKEN: ' s3cret ',
			},
			PROVIDER_URL: 'http://carrier:4000/',
			PROVIDER_TOKEN: 'p',
			PROVIDER_SEED: 'x',
			PROVIDER_SPEED: '2.5',
			PROVIDER_DELAY_MS_MIN: '5',
			PROVIDER_DELAY_MS_MAX: '5',
			PROVIDER_FAIL_RATE: '1',
			LOG_LEVEL: 'debug',
			WEBHOOK_SECRET: secrets.join(' '),
		});
		expect(config).toMatchObject({
			port: 0,
			host: '::1',
			appUrl: 'https://calls.example',
			trustProxy: 2,
			apiToken: 's3cret',
			allowedHosts: ['a.example', 'xn--bcher-kva.example'],
			callbackHosts: ['c.example:8080', 'd.example'],
			database: { url: 'file:/tmp/x.db' },
			webhookSecrets: secrets,
			logLevel: 'debug',
			provider: {
				url: 'http://carrier:4000',
				token: 'p',
				defaults: { delayMs: { min: 5, max: 5 }, failRate: 1, seed: 'x', speed: 2.5 },
			},
		});
		const turso = { TURSO_DATABASE_URL: 'libsql://x.turso.io', TURSO_AUTH_TOKEN: 't' };
		expect(readConfig(turso).database).toEqual({ url: 'libsql://x.turso.io', authToken: 't' });
	});

	it.each([
		['PORT', '65536'],
		['PORT', '-1'],
		['PORT', '3000.5'],
		['PORT', 'http'],
		['HOST', 'two words'],
		['DATABASE_URL', './data/audena.db'],
		['DATABASE_URL', 'postgres://db/x'],
		['DATABASE_URL', 'sqlite:x.db'],
		['DATABASE_URL', 'file:q.db?connection_limit=1'],
		['DATABASE_URL', 'file::memory:'],
		['PORT', '5060'],
		['PORT', '6000'],
		['PORT', '6665'],
		['PORT', '1'],
		['PROVIDER_URL', 'http://carrier:5060'],
		['APP_URL', 'http://calls.example:6000/'],
		['TURSO_DATABASE_URL', 'http://database:6667'],
		['TURSO_DATABASE_URL', 'x.turso.io'],
		['APP_URL', 'calls.example'],
		['APP_URL', 'ftp://calls.example'],
		['TRUST_PROXY', 'perhaps'],
		['TRUST_PROXY', '10.0.0.0/99'],
		['TRUST_PROXY', '10.0.0.0/0'],
		['PROVIDER_URL', 'carrier:4000'],
		['PROVIDER_DELAY_MS_MIN', '1.5'],
		['PROVIDER_DELAY_MS_MAX', '3600001'],
		['PROVIDER_FAIL_RATE', '1.01'],
		['PROVIDER_FAIL_RATE', '-0.1'],
		['PROVIDER_FAIL_RATE', '15%'],
		['PROVIDER_SPEED', '0.5'],
		['PROVIDER_SPEED', '1001'],
		['PROVIDER_SEED', 'x'.repeat(101)],
		['RETENTION_DAYS', '0'],
		['RETENTION_DAYS', '1.5'],
		['RETENTION_CALLS', '0'],
		['RETENTION_CALLS', 'all'],
		['LOG_LEVEL', 'loud'],
		['ALLOWED_HOSTS', 'http://box.lan'],
		['ALLOWED_HOSTS', 'box.lan:3000'],
		['ALLOWED_HOSTS', 'box.lan/x'],
		['CALLBACK_HOSTS', 'https://hooks.example'],
		['CALLBACK_HOSTS', 'hooks.example:http'],
		['CALLBACK_HOSTS', 'hooks.example:99999'],
	])(
		'[C4] %s=%s stops the start with one line that names the variable, the value and what is allowed',
		(name, value) => {
			const message = messageOf({ [name]: value });
			expect(message).toContain(`${name}: `);
			expect(message).toContain(`"${value}"`);
			expect(message).toContain('Allowed: ');
			expect(message.split('\n')).toHaveLength(1);
		},
	);

	it('[C4] a shortest delay above the longest stops the start, and the line names the variable', () => {
		expect(messageOf({ PROVIDER_DELAY_MS_MIN: '10', PROVIDER_DELAY_MS_MAX: '5' })).toMatch(
			/^PROVIDER_DELAY_MS_MIN: "10"/,
		);
	});

	it.each([
		['API_TOKEN', 'two words'],
		['PROVIDER_TOKEN', 'tab\tbed'],
		['WEBHOOK_SECRET', 'whsec_dG9vIHNob3J0'],
		['WEBHOOK_SECRET', 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0'],
		['TURSO_AUTH_TOKEN', 'ü'],
	])('[C5] the secret value of %s is never printed', (name, value) => {
		const message = messageOf({ [name]: value });
		expect(message).toMatch(new RegExp(`^${name}: .*Allowed: `));
		expect(message).not.toContain(value);
	});

	it.each([
		['TURSO_DATABASE_URL', 'libsql://db.example:6000?authToken=hidden'],
		['TURSO_DATABASE_URL', 'libsql://db.example:6000#hidden'],
		['DATABASE_URL', 'postgres://user:hidden@db.example/x'],
		['DATABASE_URL', 'postgres:hidden@db.example'],
		['APP_URL', 'https://hidden@calls.example'],
		['APP_URL', 'https://hidden@calls.example:99999'],
		['PROVIDER_URL', 'ftp://carrier.example?token=hidden'],
		['PROVIDER_URL', 'user:hidden@carrier.example'],
	])('[C5] what may be a secret in %s=%s is never printed', (name, value) => {
		expect(messageOf({ [name]: value })).toMatch(new RegExp(`^${name}: .*Allowed: `));
		expect(messageOf({ [name]: value })).not.toContain('hidden');
	});

	it.each(['API_TOKEN', 'PROVIDER_TOKEN', 'WEBHOOK_SECRET', 'TURSO_AUTH_TOKEN'])(
		'[C2] a %s that consists of blanks stops the start',
		(name) => {
			for (const value of [' ', '\t', '\u00a0']) expect(messageOf({ [name]: value })).toMatch(new RegExp(`^${name}: `));
		},
	);

	it('[C6] the line stays one line, even if the value contains a line break', () => {
		expect(messageOf({ PORT: '3000\nHOST: oh' }).split('\n')).toHaveLength(1);
	});

	it('[C7] a webhook secret is whsec_ with 24 to 64 bytes in base64', () => {
		const secret = (bytes: number): string => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;
		expect([23, 24, 32, 64, 65].map((bytes) => isWebhookSecret(secret(bytes)))).toEqual([
			...[false, true, true, true, false],
		]);
		expect(isWebhookSecret(secret(32).slice('whsec_'.length))).toBe(false);
		expect(isWebhookSecret(`${secret(32)}!`)).toBe(false);
	});

	it.each([
		'loopback',
		'true',
		'false',
		'1',
		'10.0.0.0/8',
		'10.0.0.1, 172.16.0.0/12',
		'fd00::/8',
		'loopback, uniquelocal',
	])('[C8] TRUST_PROXY=%s is accepted as Express reads it', (value) => {
		expect(messageOf({ TRUST_PROXY: value })).toBe('accepted');
	});
});
