import { isIP } from 'node:net';
import { z } from 'zod';
import { NO_FAULTS, type Settings } from '#contract';
import { isBlockedPort } from '#contract/blocked-ports.ts';
import { FILE_URL_RULES, pathOfFileUrl } from '#db/location.ts';
import { withoutSecrets } from './without-secrets.ts';

/** Everything the environment configures. Other code reads this, never `process.env`. */
export interface Config {
	/** 0 picks a free port. */
	port: number;
	host: string;
	database: { url: string; authToken: string | undefined };
	/** The public base URL, without a trailing slash. */
	appUrl: string | null;
	/** Express's `trust proxy`. */
	trustProxy: boolean | number | string;
	/** Host names that requests may use, besides localhost, IP addresses and APP_URL's host. */
	allowedHosts: string[];
	provider: { url: string | null; token: string | undefined; defaults: Settings };
	/** How long to wait for a report after the last expected webhook. Then the call ends as `no-report`. */
	callTimeoutMs: number;
	/** Hosts that webhooks may be sent to, besides this machine and APP_URL's host. */
	callbackHosts: string[];
	/** null leaves the server open to every client. */
	apiToken: string | null;
	/** `whsec_…` values: the first signs, all verify. If empty, the first start generates and stores a secret. */
	webhookSecrets: string[];
	/** How many sockets, event streams and waits one address may hold open. Loopback has no limit. */
	maxSocketsPerAddress: number;
	/** Ended calls beyond either limit are deleted. null turns a limit off. */
	retention: { days: number | null; calls: number | null };
	logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
	/** `built` serves the built pages, `vite` the sources with hot reload, `none` no pages (API tests). */
	pages: 'built' | 'vite' | 'none';
}

/** A variable with an unusable value. The message is the one line that the start prints. */
export class ConfigError extends Error {
	override readonly name = 'ConfigError';
}

interface Variable<T> {
	fallback: string;
	/** The allowed values, for the error message. */
	allowed: string;
	schema: z.ZodType<T, string>;
	/** If true, error messages leave the value out. */
	secret?: boolean;
}

const integer = (min: number, max: number) =>
	z
		.string()
		.regex(/^\d{1,15}$/)
		.transform(Number)
		.pipe(z.number().min(min).max(max));
const decimal = (min: number, max: number) =>
	z
		.string()
		.regex(/^\d+(\.\d+)?$/)
		.transform(Number)
		.pipe(z.number().min(min).max(max));
/** A limit: a whole number from 1 to `max`. An empty value turns the limit off. */
const optional = (max: number) => z.union([z.literal('').transform(() => null), integer(1, max)]);
const text = z.string().transform((value) => (value === '' ? null : value));
const HTTP_URL_RULES =
	'an http:// or https:// address without a user or password, on a port that fetch and browsers do not refuse';
const httpUrl = z
	.string()
	.refine((value) => value === '' || (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)))
	.refine(hasOpenPort)
	.refine((value) => value === '' || !URL.canParse(value) || new URL(value).username + new URL(value).password === '')
	.transform((value) => (value === '' ? null : value.replace(/\/+$/, '')));
const list = z.string().transform((value) => value.split(/[\s,]+/).filter((item) => item !== ''));
/** Host names or addresses, an IPv6 address in brackets. */
const hosts = list
	.refine((names) => names.every(isHost))
	.transform((names) => names.map((name) => new URL(`http://${name}/`).hostname));
const hostsAndPorts = list.refine((names) =>
	names.every((name) => isHost(name.replace(/:\d{1,5}$/, '')) && URL.canParse(`http://${name}/`)),
);

const variable = <T>(fallback: string, allowed: string, schema: z.ZodType<T, string>, secret = false): Variable<T> => ({
	fallback,
	allowed,
	schema,
	secret,
});
const delay = (fallback: number) =>
	variable(String(fallback), 'a whole number of milliseconds from 0 to 3600000', integer(0, 3_600_000));
const token = variable(
	'',
	'printable characters without spaces',
	text.refine((v) => v === null || /^[!-~]+$/.test(v)),
	true,
);

const VARIABLES = {
	PORT: variable(
		'3000',
		'a whole number from 0 to 65535, except the ports that fetch and browsers refuse, such as 5060, 6000 or 6665',
		integer(0, 65_535).refine((port) => port === 0 || !isBlockedPort(port)),
	),
	HOST: variable('127.0.0.1', 'an IP address or a host name', z.string().regex(/^[\w.:-]+$/)),
	DATABASE_URL: variable(
		'file:./data/audena.db',
		FILE_URL_RULES,
		z.string().refine((v) => pathOfFileUrl(v) !== null),
	),
	TURSO_DATABASE_URL: variable(
		'',
		'libsql://, https://, http://, wss:// or ws:// and a host, on a port that fetch does not refuse',
		text.refine((v) => v === null || (/^(libsql|https?|wss?):\/\/.+$/.test(v) && hasOpenPort(v))),
	),
	TURSO_AUTH_TOKEN: { ...token },
	APP_URL: variable('', HTTP_URL_RULES, httpUrl),
	TRUST_PROXY: variable(
		'',
		'true, false, a number of proxies, or their addresses',
		z
			.string()
			.transform((v) => (v === '' || v === 'false' ? false : v === 'true' ? true : /^\d+$/.test(v) ? Number(v) : v))
			.refine((v) => typeof v !== 'string' || v.split(',').every((proxy) => isProxy(proxy.trim()))),
	),
	ALLOWED_HOSTS: variable('', 'host names with commas between, without http:// and ports', hosts),
	PROVIDER_URL: variable('', HTTP_URL_RULES, httpUrl),
	PROVIDER_TOKEN: { ...token },
	PROVIDER_DELAY_MS_MIN: delay(800),
	PROVIDER_DELAY_MS_MAX: delay(2_200),
	PROVIDER_FAIL_RATE: variable('0.15', 'a number from 0 to 1', decimal(0, 1)),
	PROVIDER_SEED: variable(
		'',
		'up to 100 characters',
		text.refine((v) => v === null || v.length <= 100),
	),
	PROVIDER_SPEED: variable('1', 'a number from 1 to 1000', decimal(1, 1_000)),
	CALL_TIMEOUT_MS: variable(
		'900000',
		'a whole number of milliseconds from 1000 to 86400000',
		integer(1_000, 86_400_000),
	),
	CALLBACK_HOSTS: variable('', 'hosts with commas between, each as host or host:port, without http://', hostsAndPorts),
	API_TOKEN: { ...token },
	WEBHOOK_SECRET: variable(
		'',
		'one or several whsec_… with 24 to 64 bytes in base64, spaces between',
		list.refine((secrets) => secrets.every(isWebhookSecret)),
		true,
	),
	MAX_SOCKETS_PER_ADDRESS: variable('200', 'a whole number from 1 to 1000000', integer(1, 1_000_000)),
	RETENTION_DAYS: variable('', 'a whole number from 1 to 36500, or nothing', optional(36_500)),
	RETENTION_CALLS: variable('', 'a whole number from 1 to 1000000000, or nothing', optional(1_000_000_000)),
	LOG_LEVEL: variable(
		'info',
		'trace, debug, info, warn, error or silent',
		z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']),
	),
} satisfies Record<string, Variable<unknown>>;

type Variables = { [Name in keyof typeof VARIABLES]: z.infer<(typeof VARIABLES)[Name]['schema']> };
export const VARIABLE_NAMES = Object.keys(VARIABLES) as (keyof Variables)[];

/**
 * Reads the environment. An empty variable counts as unset. Throws `ConfigError` for the first variable with an
 * unusable value.
 */
export function readConfig(
	env: Readonly<Record<string, string | undefined>>,
	pages: Config['pages'] = 'built',
): Config {
	const v = Object.fromEntries(VARIABLE_NAMES.map((name) => [name, read(name, env[name])])) as Variables;
	if (v.PROVIDER_DELAY_MS_MIN > v.PROVIDER_DELAY_MS_MAX)
		throw new ConfigError(
			`PROVIDER_DELAY_MS_MIN: "${v.PROVIDER_DELAY_MS_MIN}" is above PROVIDER_DELAY_MS_MAX (${v.PROVIDER_DELAY_MS_MAX}). Allowed: at most that value.`,
		);
	return {
		port: v.PORT,
		host: v.HOST,
		database: { url: v.TURSO_DATABASE_URL ?? v.DATABASE_URL, authToken: v.TURSO_AUTH_TOKEN ?? undefined },
		appUrl: v.APP_URL,
		trustProxy: v.TRUST_PROXY,
		allowedHosts: v.ALLOWED_HOSTS,
		provider: {
			url: v.PROVIDER_URL,
			token: v.PROVIDER_TOKEN ?? undefined,
			defaults: {
				delayMs: { min: v.PROVIDER_DELAY_MS_MIN, max: v.PROVIDER_DELAY_MS_MAX },
				failRate: v.PROVIDER_FAIL_RATE,
				seed: v.PROVIDER_SEED,
				speed: v.PROVIDER_SPEED,
				faults: NO_FAULTS,
				until: null,
			},
		},
		callTimeoutMs: v.CALL_TIMEOUT_MS,
		callbackHosts: v.CALLBACK_HOSTS,
		apiToken: v.API_TOKEN,
		webhookSecrets: v.WEBHOOK_SECRET,
		maxSocketsPerAddress: v.MAX_SOCKETS_PER_ADDRESS,
		retention: { days: v.RETENTION_DAYS, calls: v.RETENTION_CALLS },
		logLevel: v.LOG_LEVEL,
		pages,
	};
}

function read(name: keyof Variables, given: string | undefined): unknown {
	const { fallback, allowed, schema, secret } = VARIABLES[name] as Variable<unknown>;
	const value = given?.trim() ?? '';
	const result = schema.safeParse(value === '' ? fallback : value);
	// A secret of spaces only is refused. Treated as unset, such an API_TOKEN would open the server to every
	// client.
	const isBlankSecret = secret && value === '' && given !== undefined && given !== '';
	if (result.success && !isBlankSecret) return result.data;
	const printable = secret ? null : withoutSecrets(value);
	const whole = printable === value ? '' : ' (parts that may be secret are left out)';
	// JSON keeps the value on one line
	const shown = printable === null ? 'its value (not shown)' : JSON.stringify(printable) + whole;
	throw new ConfigError(`${name}: ${shown} cannot be used. Allowed: ${allowed}.`);
}

/** Standard Webhooks: `whsec_` and the key's 24 to 64 bytes in base64. */
export function isWebhookSecret(secret: string): boolean {
	const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
	if (base64 === undefined) return false;
	const { length } = Buffer.from(base64, 'base64');
	return length >= 24 && length <= 64;
}

/** Whether the text is a host without a port: a name, an IPv4 address, or an IPv6 address in brackets. */
function isHost(name: string): boolean {
	return /^[\p{L}\p{N}._-]+$|^\[[\da-f:.]+\]$/iu.test(name) && URL.canParse(`http://${name}/`);
}

/** Whether Express accepts the text as a proxy: an address, a network such as 10.0.0.0/8, or a named network. */
function isProxy(text: string): boolean {
	if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
	const [address = '', bits, ...more] = text.split('/');
	const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
	return (
		more.length === 0 &&
		(bits === undefined ? most > 0 : /^\d{1,3}$/.test(bits) && Number(bits) > 0 && Number(bits) <= most)
	);
}

/** False for an address on a port that `fetch` refuses to connect to. */
function hasOpenPort(value: string): boolean {
	if (!URL.canParse(value)) return true; // a malformed URL has no port to refuse
	const { port } = new URL(value);
	return port === '' || !isBlockedPort(Number(port));
}
