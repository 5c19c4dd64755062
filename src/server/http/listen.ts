import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';

/** Listens and returns the actual port. Rejects with EADDRINUSE and the like. */
export async function listen(server: Server, port: number, host: string): Promise<number> {
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, host, () => {
			server.off('error', reject);
			resolve();
		});
	});
	return (server.address() as AddressInfo).port;
}

/** The URL at which this machine reaches a server that listens on `host`. */
export function addressOf(host: string, port: number): string {
	if (host === '0.0.0.0') return `http://127.0.0.1:${port}`;
	if (host === '::') return `http://[::1]:${port}`;
	return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
