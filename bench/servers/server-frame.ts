/** A text as one WebSocket frame from a server, in one piece. */
export function serverFrame(text: string): Buffer {
	const size = Buffer.byteLength(text);
	const head = size < 126 ? 2 : size < 65_536 ? 4 : 10;
	const frame = Buffer.allocUnsafeSlow(head + size); // not of the pool: it lives until the slowest client has it
	frame[0] = 0x81;
	frame[1] = head === 2 ? size : head === 4 ? 126 : 127;
	if (head === 4) frame.writeUInt16BE(size, 2);
	if (head === 10) frame.writeBigUInt64BE(BigInt(size), 2);
	frame.write(text, head);
	return frame;
}
