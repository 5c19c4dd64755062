import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { WEBHOOK_PATH } from '#contract';
import { migrate, migrationsFrom } from '#db/migrate.ts';
import { openAlone } from '#db/open.ts';
import { prismaOver } from '#db/prisma.ts';
import { createHttpClient } from '#http/client.ts';
import { createProvider } from '#provider/provider.ts';
import { dirname } from 'node:path';
import { createAnchors } from './calls/at.ts';
import { createCalls } from './calls/calls.ts';
import { readPhone } from './calls/phone.ts';
import { createCallReads } from './calls/reads.ts';
import { countUncounted } from './calls/recount.ts';
import { createIndexer } from './calls/indexer.ts';
import { createWriter, type Committed } from './calls/writer.ts';
import { JUMP_MS, uptimeBy } from './clock.ts';
import type { Config } from './config.ts';
import { createErrorLog } from './error-log.ts';
import { syncFrom } from './feed/delta.ts';
import { createCallWaits } from './feed/endings.ts';
import { createHub } from './feed/hub.ts';
import { openSocketTransport } from './feed/socket-door.ts';
import { openStreamTransport } from './feed/stream-door.ts';
import { createSubscriptions } from './feed/watching.ts';
import { createAccess } from './http/access.ts';
import { clientAddress, createConnections } from './http/connections.ts';
import { createTokenLimiter } from './http/guesses.ts';
import { addressOf, listen } from './http/listen.ts';
import { oneByOne } from './http/one-by-one.ts';
import { refuseMalformed } from './http/malformed.ts';
import { inOriginForm } from './http/request-target.ts';
import { createHttp } from './http/routes.ts';
import { createSessionEnds } from './http/session-ends.ts';
import { createSessions } from './http/sessions.ts';
import { ignoreOtherUpgrades } from './http/upgrades.ts';
import { createProviderClient } from './jobs/carrier.ts';
import { createJobs } from './jobs/jobs.ts';
import { createJobStore } from './jobs/store.ts';
import { webhookSecrets } from './kept.ts';
import { checkEpoch } from './life.ts';
import type { Logger } from './log.ts';
import { createPages } from './pages.ts';
import type { ProviderPort } from './provider-port.ts';
import { createClearMatching } from './retention/clear-matching.ts';
import { createRetention, type Retention } from './retention/retention.ts';
import { createSockets } from './sockets.ts';
import { startTimekeeper } from './timekeeper.ts';
import { version } from './version.ts';
import { createWeb } from './web.ts';
import { createInbox } from './webhooks/inbox.ts';
import { startExpiry } from './repetitions.ts';
import { createRejections } from './webhooks/rejections.ts';

export interface App {
	/** Listens, starts the workers and returns the address. */
	listen(): Promise<string>;
	/**
	 * Finishes the work under way, disconnects clients so that they reconnect, and releases every resource. Takes at
	 * most ten seconds.
	 */
	close(): Promise<void>;
}

export interface AppDeps {
	log: Logger;
	/** Wall clock, in milliseconds since 1970. */
	now?: () => number;
	/** Monotonic clock, in milliseconds. If only `now` is replaced, this clock is derived from `now`. */
	uptime?: () => number;
	/** Random source: returns a number in [0, 1). */
	chance?: () => number;
	/** Timeout for outbound requests: to the provider, and to the receivers of its webhooks. */
	timeoutMs?: number;
}

/** How long jobs under way may take at shutdown. Unfinished jobs run again at the next start. */
const STOP_WORK_MS = 5_000;
const STOP_REQUESTS_MS = 3_000;
const STOP_WRITING_MS = 1_500;

/**
 * Many load balancers keep an idle connection for 60 s. This limit is longer, so that the server never closes a
 * connection that a load balancer is about to use.
 */
const KEEP_ALIVE_MS = 75_000;

/** Creates the parts of the server and connects them, for production and for tests. */
export async function createApp(
	config: Config,
	{
		log,
		now = Date.now,
		uptime = now === Date.now ? () => performance.now() : uptimeBy(now),
		chance = Math.random,
		timeoutMs = 10_000,
	}: AppDeps,
): Promise<App> {
	const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
	let port = config.port;
	let ready = false;
	let stopExpiry: (() => void) | undefined;
	let retention: Retention | undefined;
	const ownAddress = (): string => addressOf(config.host, port);
	const { onError, onBug } = createErrorLog(log);

	const migrations = migrationsFrom(import.meta.dirname);
	const { database, release } = await openAlone(config.database, migrations);
	const { file } = database;
	// A database over the network has no `release`: other servers may hold live leases in it, so this server takes
	// over no leases. The leases of dead servers expire.
	const alone = release !== null;
	const applied = await migrate(database, migrations);
	if (applied.length > 0) log.info({ applied }, 'migrations applied');
	if (await countUncounted(database, now())) log.info('counters rebuilt: an earlier seed run was interrupted');
	const epochMark = file === null ? null : await checkEpoch(database, file);
	const prisma = await prismaOver(database);
	const secrets = await webhookSecrets(database, config.webhookSecrets);

	const ownProvider = config.provider.url === null;
	const rules = { appUrl: config.appUrl, allowedHosts: config.allowedHosts, ownHost: config.host };
	const sessions = await createSessions({ database, apiToken: config.apiToken, now });
	const tokenLimiter = createTokenLimiter({
		addressOf: clientAddress(config.trustProxy),
		now,
		warn: (facts, message) => log.warn(facts, message),
	});
	const ownToken = randomBytes(32).toString('base64url');
	const access = createAccess({
		apiToken: config.apiToken,
		ownToken,
		tokenLimiter,
		providerToken: ownProvider ? config.provider.token : undefined,
		sessions,
	});

	const reads = createCallReads(database, prisma, now);
	const position = await reads.position();
	const provider: ProviderPort = await createProvider({
		database,
		alone,
		defaults: config.provider.defaults,
		keep: config.retention,
		secrets,
		callbackHosts: [...config.callbackHosts, ...(config.appUrl === null ? [] : [new URL(config.appUrl).host])],
		app: {
			readPhone,
			webhookUrl: () => `${ownAddress()}${WEBHOOK_PATH}`,
			isSteady: () => time.isSteady(),
			onFault: (callId, fault) => calls.fault(callId, fault),
			onSettings: (settings) => socketTransport.publishSettings(settings),
			onDeliveries: (ids) => subscriptions.delivered(ids),
		},
		onError,
		now,
		chance,
		timeoutMs,
	});

	// A provider on another server does not share its deliveries.
	const desk = ownProvider ? provider.deliveries : null;
	const connections = createConnections(config.maxSocketsPerAddress, config.trustProxy);
	const sessionEnds = createSessionEnds(now);
	const io = createSockets({ access, rules, connections, sessionEnds, onError });
	const hub = createHub({
		position,
		positionNow: () => reads.position(),
		syncFrom: (cursor) => syncFrom(cursor, database),
		version,
		now,
		onError,
	});
	const subscriptions = createSubscriptions({ io, reads, deliveries: desk, onError });
	const socketTransport = openSocketTransport({
		io,
		hub,
		subscriptions,
		onError,
		settings: provider.settings,
		stats: reads.stats,
	});
	const streams = openStreamTransport(hub);
	const callWaits = createCallWaits((id) => reads.call(id));

	/** Each listener runs on its own: if one throws, the others still get the commit. */
	const listeners = [
		hub.publish,
		callWaits.committed,
		({ touched }: Committed) => subscriptions.touched(touched),
		socketTransport.committed,
		({ changes }: Committed) => {
			const created = changes.filter(({ type }) => type === 'created').length;
			indexer.created(created);
			retention?.created(created);
			if (changes.some(({ type }) => type === 'cleared')) retention?.cleared();
		},
	];
	const onCommit = (committed: Committed): void => {
		for (const listen of listeners) {
			try {
				listen(committed);
			} catch (error) {
				onError(error);
			}
		}
	};
	const indexer = createIndexer({ database, onError });
	const writer = createWriter({ database, now, onCommit, onJobs: () => jobs?.wake(), onError });
	const calls = createCalls({
		writer,
		callbackUrl: () => (ownProvider ? null : `${config.appUrl ?? ownAddress()}${WEBHOOK_PATH}`),
	});
	const clearing = createClearMatching({ reads, calls });
	if (alone) await createJobStore(database).takeOver();
	let jobs: ReturnType<typeof createJobs> | undefined;
	const httpClient = createHttpClient();
	const time = await startTimekeeper({
		database,
		alone,
		now,
		uptime,
		onError,
		// Shorter breaks are ignored, so an ignored break uses up at most half of a call's timeout. A break longer
		// than JUMP_MS always counts.
		breakMs: Math.min(JUMP_MS, config.callTimeoutMs / 2),
		async moveTimesBack(ms) {
			await Promise.all([createJobStore(database).setBack(ms, now), provider.setBack(ms)]);
		},
		onJump: (ms) => log.warn({ ms }, 'the clock jumped: retention and expiry pause for an hour'),
		onSetBack: (ms) => log.warn({ ms }, `the clock was set back${alone ? ': due times move back as far' : ''}`),
		onResume() {
			jobs?.wake();
			provider.wake();
		},
	});
	const startJobs = (): void => {
		const providerClient = createProviderClient({
			http: httpClient,
			baseUrl: () => config.provider.url ?? ownAddress(),
			// The server's own token is never sent to another host.
			token: ownProvider ? ownToken : config.provider.token,
			now,
			timeoutMs,
		});
		const speed = (): number => provider.settings().speed;
		jobs = createJobs({
			storeOf: (kinds) => createJobStore(database, kinds),
			calls,
			providerClient,
			speed,
			callTimeoutMs: config.callTimeoutMs,
			runningSince: time.runningSince,
			hasDueWebhook: provider.isOwed,
			now,
			chance,
			onError,
		});
	};

	const pages = createPages({
		version,
		appUrl: config.appUrl,
		access,
		calls,
		reads,
		desk,
		now,
		onBug,
		anchors: createAnchors(database),
	});
	const web = await createWeb(pages, server, dirname(dirname(migrations)), config.pages);
	const rejections = createRejections(database, now, onError);
	const http = createHttp({
		access,
		rules,
		sessions,
		sessionEnds,
		connections,
		calls,
		clearing,
		reads,
		desk,
		streams,
		callWaits,
		now,
		trustProxy: config.trustProxy,
		inbox: createInbox(calls, secrets, rejections),
		provider: provider.routes,
		pages: web.handler,
		secureCookies: config.appUrl?.startsWith('https:') ?? false,
		onLogout: sessionEnds.ended,
		isReady: async () =>
			ready &&
			database.isInPlace() &&
			jobs?.isAwake() === true &&
			provider.isAwake() &&
			(await reads.position()).epoch !== '',
		onBug,
	});
	const listener = oneByOne(inOriginForm(http));
	server.on('request', listener);
	refuseMalformed(server, listener.isResponding);
	io.attach(server);
	// In development Vite handles the upgrades of its hot reload.
	if (config.pages !== 'vite') ignoreOtherUpgrades(server, listener.isBusy);

	return {
		async listen() {
			port = await listen(server, config.port, config.host);
			provider.start();
			startJobs();
			stopExpiry = startExpiry({ database, now, isSteady: time.isSteady, onError });
			retention = createRetention({
				database,
				calls,
				keep: config.retention,
				now,
				onError,
				isSteady: time.isSteady,
				onJobs: () => jobs?.wake(),
				onDeleted: (deleted) => log.info({ deleted }, 'retention deleted calls'),
			});
			if (isLimited(config.retention) && !time.isSteady())
				log.info('retention starts when the clock has run for an hour without a jump');
			ready = true;
			return ownAddress();
		},
		async close() {
			ready = false;
			time.close();
			stopExpiry?.();
			callWaits.close();
			// Stop the workers first: their dispatches and webhooks under way need a response from this server.
			await atMost(STOP_WORK_MS, Promise.all([jobs?.close(), provider.close(), retention?.close(), clearing.close()]));
			await httpClient.close();
			await atMost(STOP_REQUESTS_MS, closeServer());
			server.closeAllConnections();
			await atMost(STOP_WRITING_MS, finishWriting());
			database.close();
			release?.();
		},
	};

	/** Flushes pending writes. The caller limits the wait for a locked database. */
	async function finishWriting(): Promise<void> {
		await Promise.all([writer.settled(), indexer.close(), time.store()]);
		await rejections.close();
		await web.close();
		await prisma.$disconnect();
		// If the path now names another file, the mark would describe the wrong file, and its write would fail.
		if (database.isInPlace()) await epochMark?.renew();
	}

	/** Closes every socket so that clients reconnect, then waits for the requests under way. */
	async function closeServer(): Promise<void> {
		hub.close();
		subscriptions.close();
		socketTransport.close();
		streams.close();
		sessionEnds.close();
		tokenLimiter.close();
		await io.close();
		// Closes a kept-alive connection right after its last response.
		server.keepAliveTimeout = 1;
		if (isListening(server)) await new Promise((resolve) => server.close(resolve));
	}
}

const isListening = (server: Server): boolean => server.listening;

const isLimited = ({ days, calls }: Config['retention']): boolean => days !== null || calls !== null;

/** Waits for `work`, for `ms` milliseconds at most. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
	const limit = new AbortController();
	await Promise.race([work, pause(ms, undefined, { signal: limit.signal }).catch(() => undefined)]);
	limit.abort();
}
