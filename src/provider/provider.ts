import { v4 } from 'uuid';
import type { Settings } from '#contract';
import type { ReadPhone } from '#contract/phone-text.ts';
import type { Database } from '#db/database.ts';
import { createHttpClient } from '#http/client.ts';
import type { Worker } from '#queue/worker.ts';
import { createDesk } from './desk.ts';
import { createDoor } from './door.ts';
import { startExpiry, type Expiry, type ExpiryTimerDeps } from './expiry.ts';
import { ratesAt } from './faults.ts';
import type { Lane } from './outbox-claim.ts';
import { createOutboxStore, FREE_ALL, isOwed, setBack } from './outbox-store.ts';
import { createOutbox } from './outbox.ts';
import { providerRoutes } from './routes.ts';
import { createSender } from './sender.ts';
import { keepSettings } from './settings.ts';
import { createSimulator } from './simulator.ts';
import { createProviderStore } from './store.ts';

export interface ProviderDeps {
	database: Database;
	/** True if no other process uses this database: then every lease in it belongs to a dead process. */
	alone: boolean;
	/** Settings in force until a user changes them. */
	defaults: Settings;
	/** The limits beyond which the provider deletes its records. */
	keep: ExpiryTimerDeps['keep'];
	/** Secrets of the form `whsec_…`; the first one signs. */
	secrets: readonly string[];
	callbackHosts: readonly string[];
	app: AppPort;
	onError(error: unknown): void;
	/** How long a receiver may take to respond. */
	timeoutMs: number;
	now(): number;
	/** Returns a random number in [0, 1), for the jitter of the retries. */
	chance(): number;
}

/** What the provider uses of the app in this process. The provider's reports go over HTTP instead. */
export interface AppPort {
	/** Reads a phone number as the rest of the app does. */
	readPhone(text: string): ReadPhone;
	/** Returns the URL for webhooks of calls that have no callback. */
	webhookUrl(): string;
	/** Whether the clock has run long enough without a jump, so that records may be deleted by their age. */
	isSteady(): boolean;
	/** Records an injected fault in this call's timeline. */
	onFault(callId: string, fault: { fault: string }): Promise<void>;
	/** Called when the settings were changed. */
	onSettings(settings: Settings): void;
	/** Called when these deliveries are new or were changed. */
	onDeliveries(ids: readonly string[]): void;
}

/** Maximum webhooks under way at once: to this server, and to all other receivers. */
const HANDS: Record<Lane, number> = { own: 64, foreign: 256 };

/**
 * Creates the simulated carrier, which is logically another company. The app uses only the members that
 * `ProviderPort` (src/server/provider-port.ts) declares.
 */
export async function createProvider({ database, alone, secrets, app, now, chance, onError, ...deps }: ProviderDeps) {
	const settings = await keepSettings(database, deps.defaults, app.onSettings);
	if (alone) await database.all(FREE_ALL);
	const http = createHttpClient();
	let outboxes: Worker[] = [];
	let expiry: Expiry | undefined;
	const calls = createProviderStore(database, now);
	const wake = (): void => outboxes.forEach((outbox) => outbox.wake());
	const onDeliveries = (ids: readonly string[]): void => {
		wake();
		app.onDeliveries(ids);
	};
	const simulator = createSimulator({ store: calls, settings: settings.current, now, onDeliveries });
	const door = createDoor({ store: calls, settings: settings.current, now, newSeed: v4, onFault: app.onFault });
	return {
		routes: providerRoutes({ simulator, door, settings, callbackHosts: deps.callbackHosts, readPhone: app.readPhone }),
		settings: settings.current,
		deliveries: createDesk({
			database,
			ownUrl: app.webhookUrl,
			now,
			onDue: wake,
			onChanged: app.onDeliveries,
		}),
		isOwed: (callId: string) => isOwed(database, callId, now()),
		wake,
		setBack: (ms: number) => setBack(database, ms, now),
		start(): void {
			const send = createSender({ http, secrets, ownUrl: app.webhookUrl, now, timeoutMs: deps.timeoutMs });
			const outboxOf = (lane: Lane): Worker =>
				createOutbox({
					send,
					now,
					chance,
					onError,
					onFault: app.onFault,
					concurrency: HANDS[lane],
					store: createOutboxStore(database, lane),
					onSettled: (id) => app.onDeliveries([id]),
					speed: () => settings.current().speed,
					rates: () => ratesAt(settings.current(), now()),
				});
			outboxes = [outboxOf('own'), outboxOf('foreign')];
			expiry = startExpiry({ database, keep: deps.keep, now, isSteady: app.isSteady, onError });
		},
		isAwake: () => outboxes.length > 0 && outboxes.every((outbox) => outbox.isAwake()),
		async close(): Promise<void> {
			await Promise.all([...outboxes.map((outbox) => outbox.close()), expiry?.close()]);
			await http.close();
		},
	};
}
