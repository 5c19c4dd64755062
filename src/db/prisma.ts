import type { Client } from '@libsql/client';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaClient, type Prisma } from '../generated/prisma/client.ts';
import type { Database } from './database.ts';

/** Prisma's adapter over a connection that the caller opened and owns. */
class OverDatabase extends PrismaLibSql {
	readonly #database: Database;

	constructor(database: Database) {
		super({ url: 'file:kept' }, { timestampFormat: 'unixepoch-ms' });
		this.#database = database;
	}
	override createClient(): Client {
		return this.#database.client;
	}
}

/**
 * Returns Prisma's client for reads. Runs one query first, because Prisma compiles on first use and a request would
 * wait.
 */
export async function prismaOver(database: Database): Promise<PrismaClient> {
	const prisma = new PrismaClient({ adapter: new OverDatabase(database) });
	await prisma.call.findMany({ take: 1, orderBy: { n: 'desc' } });
	return prisma;
}

export type { Prisma, PrismaClient };
