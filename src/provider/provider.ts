import type { Router } from 'express';
import { v4 } from 'uuid';
import type { Settings } from '#contract';
import type { ReadPhone } from '#contract/phone-text.ts';
import type { Database } from '#db/database.ts';
import type { Worker } from '#queue/worker.ts';
import { createDesk, type Desk } from './desk.ts';
import { createDoor } from './door.ts';
import { startExpiry, type Expiry, type ExpiryTimerDeps } from './expiry.ts';
import { ratesAt } from './faults.ts';
import type { Lane } from './outbox-claim.ts';
import { createOutboxStore, FREE_ALL, isOwed, setBack } from './outbox-store.ts';
import { createOutbox } from './outbox.ts';
import { providerRoutes } from './routes.ts';
import { createSender } from './sender.ts';
import { keepSettings, type SettingsKeeper } from './settings.ts';
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
	/** Reads a phone number as the rest of the app does. */
	readPhone(text: string): ReadPhone;
	/** Returns the URL for webhooks of calls that have no callback. */
	ownWebhookUrl(): string;
	onSettings(settings: Settings): void;
	/** The app's port for the timeline: records a fault injected into this call. */
	record(callId: string, fault: { fault: string }): Promise<void>;
	/** The app's port for deliveries: called when these change. */
	onDeliveries(ids: readonly string[]): void;
	onError(error: unknown): void;
	/** How long a receiver may take to respond. */
	timeoutMs: number;
	now(): number;
	/** Whether the clock has run long enough without a jump to delete by it. */
	isSteady(): boolean;
	/** In [0, 1). */
	chance(): number;
}

/** The simulated carrier: logically another company, which the app reaches by HTTP alone. */
export interface Provider {
	/** The carrier's API, to be mounted at /api/provider. */
	routes: Router;
	settings: SettingsKeeper;
	/** Lists, redelivers and cancels deliveries. */
	desk: Desk;
	/** Whether a webhook of this call is due and had no attempt yet. */
	isOwed(callId: string): Promise<boolean>;
	/** Makes the outboxes check for due deliveries now. */
	wake(): void;
	/** After the clock was set back by `ms`, moves due times back so that deliveries wait as long as before. */
	setBack(ms: number): Promise<void>;
	/** Begins to send due deliveries and to delete old records. */
	start(): void;
	/** Whether its outboxes could read their table lately. */
	isAwake(): boolean;
	/** Stops sending and deleting. Resolves when the attempts under way have ended. */
	close(): Promise<void>;
}

/** Maximum webhooks under way at once: to this server, and to all other receivers. */
const HANDS: Record<Lane, number> = { own: 64, foreign: 256 };

export async function createProvider({
	database,
	alone,
	secrets,
	ownWebhookUrl,
	now,
	chance,
	onError,
	...deps
}: ProviderDeps): Promise<Provider> {
	const settings = await keepSettings(database, deps.defaults, deps.onSettings);
	if (alone) await database.all(FREE_ALL);
	let outboxes: Worker[] = [];
	let expiry: Expiry | undefined;
	const calls = createProviderStore(database, now);
	const wake = (): void => outboxes.forEach((outbox) => outbox.wake());
	const onDeliveries = (ids: readonly string[]): void => {
		wake();
		deps.onDeliveries(ids);
	};
	const simulator = createSimulator({ store: calls, settings: settings.current, now, onDeliveries });
	const door = createDoor({ store: calls, settings: settings.current, now, newSeed: v4, onFault: deps.record });
	return {
		routes: providerRoutes({ simulator, door, settings, callbackHosts: deps.callbackHosts, readPhone: deps.readPhone }),
		settings,
		desk: createDesk({ database, ownUrl: ownWebhookUrl, now, onDue: wake, onChanged: deps.onDeliveries }),
		isOwed: (callId) => isOwed(database, callId, now()),
		wake,
		setBack: (ms) => setBack(database, ms, now),
		start() {
			const send = createSender({ secrets, ownUrl: ownWebhookUrl, now, timeoutMs: deps.timeoutMs });
			const outboxOf = (lane: Lane): Worker =>
				createOutbox({
					...{ send, now, chance, onError, onFault: deps.record, concurrency: HANDS[lane] },
					store: createOutboxStore(database, lane),
					onSettled: (id) => deps.onDeliveries([id]),
					speed: () => settings.current().speed,
					rates: () => ratesAt(settings.current(), now()),
				});
			outboxes = [outboxOf('own'), outboxOf('foreign')];
			expiry = startExpiry({ database, keep: deps.keep, now, isSteady: deps.isSteady, onError });
		},
		isAwake: () => outboxes.length > 0 && outboxes.every((outbox) => outbox.isAwake()),
		async close() {
			await Promise.all([...outboxes.map((outbox) => outbox.close()), expiry?.close()]);
		},
	};
}
