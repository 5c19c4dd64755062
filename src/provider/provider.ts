import type { Router } from 'express';
import type { Delivery, Settings } from '#contract';
import type { Database } from '#db/database.ts';
import { createOutboxStore } from './outbox-store.ts';
import { createOutbox } from './outbox.ts';
import { providerRoutes } from './routes.ts';
import { createSender } from './sender.ts';
import { keepSettings, type SettingsKeeper } from './settings.ts';
import { createSimulator } from './simulator.ts';
import { createProviderStore } from './store.ts';

export interface ProviderDeps {
	database: Database;
	/** What the settings are until somebody changes them. */
	defaults: Settings;
	/** `whsec_…`; the first signs. */
	secrets: readonly string[];
	callbackHosts: readonly string[];
	/** The address for webhooks of calls without a callback of their own. */
	ownWebhookUrl(): string;
	onSettings(settings: Settings): void;
	onError(error: unknown): void;
	now(): number;
	/** In [0, 1). */
	chance(): number;
}

/** The simulated carrier: logically another company, which the app reaches by HTTP alone. */
export interface Provider {
	/** Its API, to be mounted at /api/provider. */
	routes: Router;
	settings: SettingsKeeper;
	/** What is on its way for a call, and what was. */
	deliveriesOf(callId: string): Promise<Delivery[]>;
	/** Begins to send what is due. */
	start(): void;
	/** Sends nothing more and resolves when what is under way has its answer. */
	close(): Promise<void>;
}

export async function createProvider({
	database,
	secrets,
	ownWebhookUrl,
	now,
	chance,
	onError,
	...deps
}: ProviderDeps): Promise<Provider> {
	const settings = await keepSettings(database, deps.defaults, deps.onSettings);
	const store = createOutboxStore(database);
	await store.takeOver();
	let outbox: ReturnType<typeof createOutbox> | undefined;
	const simulator = createSimulator({
		store: createProviderStore(database, now),
		settings: settings.current,
		now,
		onDeliveries: () => outbox?.wake(),
	});
	return {
		routes: providerRoutes({ simulator, settings, callbackHosts: deps.callbackHosts }),
		settings,
		deliveriesOf: (callId) => store.ofCall(callId, ownWebhookUrl()),
		start() {
			const send = createSender({ secrets, ownUrl: ownWebhookUrl, now });
			outbox = createOutbox({ store, send, speed: () => settings.current().speed, now, chance, onError });
		},
		async close() {
			await outbox?.close();
		},
	};
}
