import type { Delivery, RedeliverMany } from '#contract';
import { ask, type Reply } from './api.ts';

/** An operator's actions on deliveries. The page shows their effect after its next load. */
export const redeliver = (id: string): Promise<Reply<{ delivery: Delivery }>> =>
	ask({ method: 'POST', path: `/api/deliveries/${id}/redeliver` });
export const cancelDelivery = (id: string): Promise<Reply<{ delivery: Delivery }>> =>
	ask({ method: 'POST', path: `/api/deliveries/${id}/cancel` });
/** Sends all matching deliveries again, and returns their number. With `dryRun` it only counts them. */
export const redeliverMany = (filter: RedeliverMany['filter'], dryRun: boolean): Promise<Reply<{ count: number }>> =>
	ask({ method: 'POST', path: '/api/deliveries/redeliver', body: JSON.stringify({ filter, dryRun }) });
