import { createServer } from 'node:http';
import express, { type Request } from 'express';
import { WEBHOOK_PATH, type NewCall, type ProviderReport } from '#contract';
import { openFile } from '#db/file.ts';
import { newId } from '#db/ids.ts';
import { prismaOver } from '#db/prisma.ts';
import { listen, serve } from '#bench/support/children.ts';

/** The original system: plain Express and Prisma. Tabs poll the newest 100 calls. The server checks no request. */
const methods = {
	/** Starts the server on the database file at `path`. Returns its port. */
	async listen(path: string): Promise<number> {
		const prisma = await prismaOver(openFile(path));
		const app = express().use(express.json());
		let n = 0;
		app.get('/api/calls', async (_request, response) => {
			response.json({ calls: await prisma.call.findMany({ take: 100, orderBy: { createdAt: 'desc' } }) });
		});
		app.post('/api/calls', async ({ body }: Request<object, object, NewCall>, response) => {
			const [now, id] = [new Date(), newId()];
			const { customerName, phoneNumber, workflow } = body;
			const made = { n: ++n, id, customerName, phoneNumber, workflow, status: 'PENDING', phase: 'SCHEDULED' };
			const call = { ...made, folded: '', createdAt: now, updatedAt: now, faults: 0, seq: n };
			await prisma.call.createMany({ data: [call] });
			response.status(201).json({ call });
		});
		app.post(WEBHOOK_PATH, async ({ body }: Request<object, object, ProviderReport>, response) => {
			const { callId, status, phase = 'QUEUED', outcome = null, providerId } = body;
			const data = { status, phase, outcome, providerId, updatedAt: new Date() };
			await prisma.call.updateMany({ where: { id: callId }, data });
			response.json({ ok: true });
		});
		return listen(createServer(app));
	},
};
serve(methods);
