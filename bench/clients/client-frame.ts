/** A text as one WebSocket frame from a client. Its mask is zero, which is allowed and leaves the text as it is. */
export function clientFrame(text: string): Buffer {
	const payload = Buffer.from(text);
	if (payload.length > 65_535) throw new RangeError('A client of the benchmark sends short texts only.');
	const short = payload.length < 126;
	const head = Buffer.alloc(short ? 6 : 8);
	head[0] = 0x81;
	head[1] = 0x80 | (short ? payload.length : 126);
	if (!short) head.writeUInt16BE(payload.length, 2);
	return Buffer.concat([head, payload]);
}
