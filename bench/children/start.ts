import type { Pollers } from '#bench/clients/pollers.ts';
import type { Requests } from '#bench/clients/requests.ts';
import type { Reports } from '#bench/clients/reports.ts';
import type { Tabs } from '#bench/clients/tabs.ts';
import type { Broadcast } from '#bench/servers/broadcast.ts';
import { startChild, type Child } from './child.ts';

const file = (path: string): URL => new URL(`../${path}`, import.meta.url);

/** Starts a process of tabs. */
export const startTabs = (): Promise<Child<Tabs>> => startChild(file('clients/tabs.ts'));
/** Starts a provider that reports. */
export const startReports = (): Promise<Child<Reports>> => startChild(file('clients/reports.ts'));
/** Starts a process of callers. */
export const startRequests = (): Promise<Child<Requests>> => startChild(file('clients/requests.ts'));
/** Starts a process of tabs that poll. */
export const startPollers = (): Promise<Child<Pollers>> => startChild(file('clients/pollers.ts'));
/** Starts a publisher of made-up changes. */
export const startBroadcast = (flags: readonly string[]): Promise<Child<Broadcast>> =>
	startChild(file('servers/broadcast.ts'), flags);
