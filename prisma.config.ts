import { defineConfig } from 'prisma/config';

// `generate` never runs the schema engine. Naming any executable keeps the CLI from downloading the engine, so that
// `generate` works offline.
if (process.argv.includes('generate')) process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
	schema: 'prisma/schema.prisma',
	migrations: { path: 'prisma/migrations' },
	datasource: { url: process.env.DATABASE_URL ?? 'file:./data/audena.db' },
});
