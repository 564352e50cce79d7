/** WebSocket frames (RFC 6455 §5.2), right and wrong ones. */
export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameOptions {
  opcode?: number;
  /** Is it the last of its message? */
  fin?: boolean;
  /** The three reserved bits: 4 is RSV1, which says "compressed". */
  rsv?: number;
  masked?: boolean;
  /** How the length is written; by itself the shortest. */
  length_bits?: 7 | 16 | 64;
  /** The length that is written, whatever the payload's is. */
  declared_bytes?: bigint;
}

/** A client's text frame unless `options` say otherwise. */
export function frame(payload: string | Buffer, options: FrameOptions = {}): Buffer {
  const body = Buffer.from(payload as string);
  const { fin = true, rsv = 0, masked = true } = options;
  const length = options.declared_bytes ?? BigInt(body.length);
  const shortest = length < 126n ? 7 : length < 65_536n ? 16 : 64;
  const bits = options.length_bits ?? shortest;
  const first = (fin ? 0x80 : 0) | (rsv << 4) | (options.opcode ?? opcode.text);
  const mask_bit = masked ? 0x80 : 0;
  const header =
    bits === 7
      ? [first, mask_bit | Number(length)]
      : bits === 16
        ? [first, mask_bit | 126, Number(length >> 8n), Number(length & 255n)]
        : [first, mask_bit | 127, ...big_endian(length)];
  if (!masked) return Buffer.concat([Buffer.from(header), body]);
  const mask = [0x12, 0x34, 0x56, 0x78];
  const hidden = body.map((byte, i) => byte ^ mask[i % 4]!);
  return Buffer.concat([Buffer.from(header), Buffer.from(mask), hidden]);
}

export function close_frame(code: number, reason: string | Buffer = ""): Buffer {
  const body = Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason as string)]);
  return frame(body, { opcode: opcode.close });
}

export function bytes(hexadecimal: string): Buffer {
  return Buffer.from(hexadecimal.replaceAll(" ", ""), "hex");
}

export interface Frame {
  opcode: number;
  fin: boolean;
  rsv: number;
  payload: Buffer;
}

/** The first frame of a server's bytes and how many it takes; undefined if it is not whole. */
export function read_frame(input: Buffer): { frame: Frame; size: number } | undefined {
  if (input.length < 2) return undefined;
  const short = input[1]! & 127;
  if ((input[1]! & 0x80) !== 0) throw new Error("the server has masked a frame");
  const head = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (input.length < head) return undefined;
  const length =
    short === 126
      ? input.readUInt16BE(2)
      : short === 127
        ? Number(input.readBigUInt64BE(2))
        : short;
  if (input.length < head + length) return undefined;
  const first = input[0]!;
  return {
    frame: {
      opcode: first & 15,
      fin: first >= 0x80,
      rsv: (first >> 4) & 7,
      payload: Buffer.from(input.subarray(head, head + length)),
    },
    size: head + length,
  };
}

function big_endian(value: bigint): number[] {
  return Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(56 - 8 * i)) & 255n));
}
