const WIDTH = 120;

/** Returns JSON for readable diffs: a value that fits into a line is on one line. */
export const render = (value: unknown): string => `${rendered(value, '')}\n`;

function rendered(value: unknown, indent: string): string {
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	const short = oneLine(value);
	if (short.length + indent.length * 2 <= WIDTH) return short;
	const deeper = `${indent}\t`;
	const [open, close] = Array.isArray(value) ? '[]' : '{}';
	const items = Array.isArray(value)
		? value.map((item) => rendered(item, deeper))
		: Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${rendered(item, deeper)}`);
	return `${open}\n${items.map((item) => deeper + item).join(',\n')}\n${indent}${close}`;
}

function oneLine(value: unknown): string {
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
	const fields = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${oneLine(item)}`);
	return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
