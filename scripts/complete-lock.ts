import { readFileSync, writeFileSync } from 'node:fs';

/**
 * `npm run lock:complete`: adds optional packages of other platforms to package-lock.json. npm leaves them out if
 * they are not installed locally (npm/cli#4828), and then `npm ci` fails on those platforms. The versions come from
 * the packages that depend on them. npm adds the other fields when it installs on such a platform.
 */
interface Entry {
	version?: string;
	dev?: boolean;
	optional?: boolean;
	os?: string[];
	cpu?: string[];
	libc?: string[];
	optionalDependencies?: Record<string, string>;
}
interface Lock {
	packages: Record<string, Entry>;
}

const file = new URL('../package-lock.json', import.meta.url);
const OS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const CPU = ['arm64', 'x64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32'];

/** Derives the platform from a package name such as `@rollup/rollup-linux-x64-musl`. */
function platformOf(name: string): Pick<Entry, 'os' | 'cpu' | 'libc'> {
	const words = name.split(/[/-]/);
	const os = OS.find((word) => words.includes(word));
	const cpu = CPU.find((word) => words.includes(word)) ?? (words.includes('ppc64le') ? 'ppc64' : undefined);
	const libc = words.includes('musl') ? 'musl' : os === 'linux' && words.includes('gnu') ? 'glibc' : undefined;
	return { ...(cpu ? { cpu: [cpu] } : {}), ...(os ? { os: [os] } : {}), ...(libc ? { libc: [libc] } : {}) };
}

/** Whether the lock has an entry where npm would look for a dependency of the package at `path`. */
function isLocked(packages: Lock['packages'], path: string, name: string): boolean {
	for (let base = path; ; base = base.slice(0, Math.max(0, base.lastIndexOf('node_modules/') - 1))) {
		if (`${base === '' ? '' : `${base}/`}node_modules/${name}` in packages) return true;
		if (base === '') return false;
	}
}

const lock = JSON.parse(readFileSync(file, 'utf8')) as Lock;
const added: Lock['packages'] = {};
for (const [path, { dev, optionalDependencies = {} }] of Object.entries(lock.packages)) {
	for (const [name, version] of Object.entries(optionalDependencies)) {
		if (isLocked(lock.packages, path, name) || !/^\d/.test(version)) continue;
		added[`node_modules/${name}`] = { version, ...(dev === true ? { dev } : {}), optional: true, ...platformOf(name) };
	}
}
const inOrder = Object.entries({ ...lock.packages, ...added }).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(inOrder) }, null, '\t')}\n`);
console.log(Object.keys(added).length === 0 ? 'Nothing was missing.' : `Added ${Object.keys(added).join(', ')}`);
