import { area, type Tools } from '../area.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const WITH_BODY = ['POST', 'PUT', 'PATCH'];
const MEGABYTE = 1_048_576;

/** Returns the request line of a route. Its parameters become `unknown`, an id that no row has. */
const lineOf = (route: string): string => route.replaceAll(/:\w+/g, 'unknown');
const pathOf = (route: string): string => lineOf(route).split(' ')[1]!;

/** Sends to every route what no route accepts: an unknown parameter and invalid bodies. */
async function refuse({ routes, exchange }: Tools): Promise<void> {
	const json = { 'content-type': 'application/json' };
	for (const route of routes) {
		const line = lineOf(route);
		await exchange(`${route}: an unknown parameter`, `${line}?nonsense=1`);
		if (!WITH_BODY.includes(route.split(' ')[0]!)) continue;
		await exchange(`${route}: no JSON`, line, { body: '{', headers: json });
		await exchange(`${route}: plain text`, line, { body: 'text', headers: { 'content-type': 'text/plain' } });
		const latin1 = { 'content-type': 'application/json; charset=latin1' };
		await exchange(`${route}: another charset`, line, { body: '{}', headers: latin1 });
		const bytes = Buffer.from([0x22, 0xff, 0x22]);
		await exchange(`${route}: not UTF-8`, line, { body: bytes, headers: json, shown: 'the bytes 22 ff 22' });
		const long = `"${'x'.repeat(MEGABYTE)}"`;
		await exchange(`${route}: too large`, line, { body: long, headers: json, shown: 'more than 1 MiB' });
	}
}

/** Records which methods each path allows, and the response to all other methods. */
async function askMethods({ routes, exchange }: Tools): Promise<void> {
	for (const path of new Set(routes.map(pathOf))) {
		const { headers } = await exchange(`OPTIONS ${path}`, `OPTIONS ${path}`);
		const allowed = headers.allow?.split(', ') ?? [];
		for (const method of METHODS.filter((one) => !allowed.includes(one)))
			await exchange(`${method} ${path}`, `${method} ${path}`);
	}
}

async function askWithoutToken({ routes, exchange }: Tools): Promise<void> {
	for (const route of routes) await exchange(route, lineOf(route), { anonymous: true });
	for (const path of new Set(routes.map(pathOf)))
		await exchange(`OPTIONS ${path}`, `OPTIONS ${path}`, { anonymous: true });
}

const table = area('rest/routes.json', ({ routes, book }) => {
	for (const route of routes) book.add(route, {});
	return Promise.resolve();
});

export const everyRoute = [
	table,
	area('rest/refusals.json', refuse),
	area('rest/methods.json', askMethods),
	area('rest/without-token.json', askWithoutToken, { API_TOKEN: 'golden-token' }),
];
