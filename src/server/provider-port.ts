import type { Router } from 'express';
import type { Settings } from '#contract';
import type { DeliveryDesk } from './http/deliveries.ts';

/** The server's port to the provider in this process. Calls, hang-ups and webhooks go over HTTP instead. */
export interface ProviderPort {
	/** The provider's API, to be mounted at /api/provider. */
	routes: Router;
	/** Returns the settings in force. */
	settings(): Settings;
	/** Lists, redelivers and cancels deliveries. */
	deliveries: DeliveryDesk;
	/** Whether a webhook of this call is due and had no attempt yet. */
	isOwed(callId: string): Promise<boolean>;
	/** Begins to send due deliveries and to delete old records. */
	start(): void;
	/** Whether the provider read its outbox recently. */
	isAwake(): boolean;
	/** Makes the provider check for due deliveries now. */
	wake(): void;
	/** After the clock was set back by `ms`, moves due times back so that deliveries wait as long as before. */
	setBack(ms: number): Promise<void>;
	/** Stops sending and deleting. Resolves when the attempts under way have ended. */
	close(): Promise<void>;
}
