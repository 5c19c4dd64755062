import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

/** The pages. The server's own bundle is made by vite.server.config.ts. */
export default defineConfig({ plugins: [tailwindcss(), sveltekit()] });
