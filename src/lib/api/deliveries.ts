import type { Delivery, RedeliverMany } from '#contract';
import { ask, type Reply } from './api.ts';

/** What an operator does to deliveries. Their answers are seen when the page is loaded again. */
export const redeliver = (id: string): Promise<Reply<{ delivery: Delivery }>> =>
	ask({ method: 'POST', path: `/api/deliveries/${id}/redeliver` });
export const cancelDelivery = (id: string): Promise<Reply<{ delivery: Delivery }>> =>
	ask({ method: 'POST', path: `/api/deliveries/${id}/cancel` });
/** Sends again all that match; with `dryRun` it only counts them. */
export const redeliverMany = (filter: RedeliverMany['filter'], dryRun: boolean): Promise<Reply<{ count: number }>> =>
	ask({ method: 'POST', path: '/api/deliveries/redeliver', body: JSON.stringify({ filter, dryRun }) });
