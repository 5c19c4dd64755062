/** Told of each whole frame: its bytes stand in `data` from `start` (its header) and `from` (its payload) to `end`. */
export type OnFrame = (data: Buffer, start: number, from: number, end: number) => void;

/** Reads a server's WebSocket frames one after the other; answers what is left of the last one. */
export function readFrames(data: Buffer, onFrame: OnFrame): Buffer {
	let at = 0;
	while (at + 2 <= data.length) {
		let length = data[at + 1]! & 127;
		let head = 2;
		if (length === 126) {
			if (data.length < at + 4) break;
			length = data.readUInt16BE(at + 2);
			head = 4;
		} else if (length === 127) {
			if (data.length < at + 10) break;
			length = Number(data.readBigUInt64BE(at + 2));
			head = 10;
		}
		const end = at + head + length;
		if (data.length < end) break;
		onFrame(data, at, at + head, end);
		at = end;
	}
	return data.subarray(at);
}
