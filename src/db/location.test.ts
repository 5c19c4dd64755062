import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '#server/config.ts';
import { pathOfFileUrl } from './location.ts';

describe('the address of a database file', () => {
	it.each([
		['file:q.db', resolve('q.db')],
		['file:./data/audena.db', resolve('data/audena.db')],
		['file:../up.db', resolve('../up.db')],
		['file:/abs/x.db', '/abs/x.db'],
		['file:two words.db', resolve('two words.db')],
		['file:./~x.db', resolve('~x.db')],
		['file:///abs/x.db', '/abs/x.db'],
		['file://localhost/abs/x.db', '/abs/x.db'],
		['file:///two%20words%3F%23%25%24.db', '/two words?#%$.db'],
	])('[DB27] %s is the file %s', (url, path) => {
		expect(pathOfFileUrl(url)).toBe(path);
	});

	it.each([
		...['file:', 'file:.', 'file:..', 'file:/', 'file://', 'file:///', 'file:data/', 'file:data/..', 'file:///data/'],
		...['file:q.db?connection_limit=1', 'file:///q.db?mode=memory', 'file:q.db#fragment', 'file:///q.db#fragment'],
		...[
			'file::memory:',
			'file::memory:?cache=shared',
			'file:data/:memory:',
			'file:///:memory:',
			'file:///tmp/:memory:',
		],
		...['file:two%20words.db', 'file:100%.db', 'file:///a%00b.db', 'file:///a%2Fb.db', 'file:///a%zz.db'],
		...['file://host/x.db', 'file://data/x.db', 'file://./x.db', 'file:///./x.db', 'file:///../x.db'],
		...['file:~/x.db', 'file:~user/x.db', 'file:///~/x.db', 'file:$HOME/x.db', 'file:${HOME}/x.db'],
		...['file:data\\x.db', 'file:"x.db"', `file:'x.db'`, 'file: x.db', 'file:a\0b', 'file:a\nb'],
		...['sqlite:x.db', 'sqlite:///x.db', 'FILE:x.db', 'x.db', '/x.db', ':memory:', 'libsql://host', ''],
	])('[DB27] %j is refused', (url) => {
		expect(pathOfFileUrl(url)).toBeNull();
		if (url.startsWith('file:'))
			expect(() => readConfig({ DATABASE_URL: url })).toThrow(/^DATABASE_URL: "file:.*Allowed: file: and the path/);
	});
});
