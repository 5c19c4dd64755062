import type { Router } from 'express';
import { v4 } from 'uuid';
import type { Settings } from '#contract';
import type { ReadPhone } from '#contract/phone-text.ts';
import type { Database } from '#db/database.ts';
import type { Worker } from '#queue/worker.ts';
import { createDesk, type Desk } from './desk.ts';
import { createDoor } from './door.ts';
import { createForgetting, type Forgetting } from './forgetting.ts';
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
	/** No other process works on this database, so whatever is held is held by a dead one. */
	alone: boolean;
	/** What the settings are until somebody changes them. */
	defaults: Settings;
	/** `whsec_…`; the first signs. */
	secrets: readonly string[];
	callbackHosts: readonly string[];
	/** Reads a number as every entrance of the app does. */
	readPhone(text: string): ReadPhone;
	/** The address for webhooks of calls without a callback of their own. */
	ownWebhookUrl(): string;
	onSettings(settings: Settings): void;
	/** The app's port for the timeline: a fault was injected into this call. */
	record(callId: string, fault: { fault: string }): Promise<void>;
	/** The app's port for deliveries: these changed. */
	onDeliveries(ids: readonly string[]): void;
	onError(error: unknown): void;
	/** How long a receiver may take to answer. */
	timeoutMs: number;
	now(): number;
	/** In [0, 1). */
	chance(): number;
}

/** The simulated carrier: logically another company, which the app reaches by HTTP alone. */
export interface Provider {
	/** Its API, to be mounted at /api/provider. */
	routes: Router;
	settings: SettingsKeeper;
	/** What is on its way, and what was. */
	desk: Desk;
	/** For the app's retention. */
	kept: Forgetting;
	/** Whether a webhook of this call is due and was not tried yet. */
	isOwed(callId: string): Promise<boolean>;
	/** Something may be due: looks now. */
	wake(): void;
	/** After the clock was set back by `ms`: what waits is due after as much time as before. */
	setBack(ms: number): Promise<void>;
	/** Begins to send what is due. */
	start(): void;
	/** Whether its outbox could look at its table lately. */
	isAwake(): boolean;
	/** Sends nothing more and resolves when what is under way has its answer. */
	close(): Promise<void>;
}

/** How many webhooks are under way at once: to this server, and to everybody else. */
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
		kept: createForgetting(database, now),
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
		},
		isAwake: () => outboxes.length > 0 && outboxes.every((outbox) => outbox.isAwake()),
		async close() {
			await Promise.all(outboxes.map((outbox) => outbox.close()));
		},
	};
}
