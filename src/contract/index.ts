/**
 * Every wire schema and type. The browser imports types from here, and values only from the files without Zod
 * (`words.ts` and others).
 */
export * from './call.ts';
export * from './event.ts';
export * from './feed.ts';
export * from './list.ts';
export * from './pages.ts';
export * from './parse.ts';
export * from './problem.ts';
export * from './provider.ts';
export * from './socket.ts';
export * from './stats.ts';
export * from './webhook.ts';
export {
	DELIVERY_GROUPS,
	DELIVERY_STATES,
	ENDINGS,
	EVENT_TYPES,
	NAME_MAX,
	OUTCOMES,
	PHASES,
	RUN_MAX,
	SCENARIO_NAMES,
	SILENT_AFTER_MS,
	STATUSES,
	WEBHOOK_PATH,
	WORKFLOWS,
} from './words.ts';
