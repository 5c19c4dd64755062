import type { Area } from '../area.ts';
import { access } from './access.ts';
import { clear } from './clear.ts';
import { creation } from './create.ts';
import { deliveries } from './deliveries.ts';
import { events } from './events.ts';
import { everyRoute } from './every-route.ts';
import { exporting } from './export.ts';
import { health } from './health.ts';
import { limits } from './limits.ts';
import { oneCall } from './one-call.ts';
import { provider } from './provider.ts';
import { webhooks } from './webhooks.ts';

/** The areas that record the REST APIs of the server and the provider. */
export const rest: readonly Area[] = [
	...[deliveries, oneCall, everyRoute, health, access, limits],
	...[creation, clear, exporting, events, webhooks, provider],
].flat();
