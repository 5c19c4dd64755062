import { Server as SocketIo } from 'socket.io';
import type { MakeBroadcaster } from './broadcaster.ts';
import { createBareSocket } from './bare.ts';
import { frameOf } from './changes.ts';
import { createOurs, gatherAsOurs } from './ours.ts';
import { socketIoBacklog } from './socket-io-backlog.ts';

/** The ways to push that are held beside each other, the practical limit first. */
export const KINDS = ['ws-once', 'io-emit', 'ours'] as const;
export type Kind = (typeof KINDS)[number];

export const broadcasters: Record<Kind, MakeBroadcaster> = {
	'ws-once': (http, gathers) => {
		const { tell, backlog } = createBareSocket(http);
		const publish: ReturnType<MakeBroadcaster>['publish'] = (committed) => tell(frameOf(committed));
		return { publish: gathers ? gatherAsOurs(publish) : publish, backlog };
	},
	'io-emit': (http) => {
		const io = new SocketIo(http, { transports: ['websocket'], serveClient: false, perMessageDeflate: false });
		return { publish: (committed) => void io.emit('changes', frameOf(committed)), backlog: () => socketIoBacklog(io) };
	},
	ours: createOurs,
};
