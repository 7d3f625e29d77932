/** @file A minimal PNG writer. */
import { crc32, deflateSync } from "node:zlib";

/** A PNG file of [height, width, 3] bytes: red, green, blue. */
export function encodePng(width: number, height: number, rgb: Uint8Array): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 2], 8); // 8 bits per sample, RGB
  const stride = 3 * width;
  const lines = new Uint8Array(height * (stride + 1));
  for (let row = 0; row < height; row++) {
    lines.set(rgb.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1); // filter 0: as it is
  }
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(lines)),
    chunk("IEND", new Uint8Array()),
  ]);
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(name, 4, "latin1");
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}
