/** @file NPZ archives that NumPy wrote are read; damaged, hostile and foreign ones are refused with a typed error. */
import { describe, expect, it } from "vitest";
import { DataError, readNpz, writeNpy } from "../../src/data/index.js";
import { crc32, readZipEntry, zipEntries } from "../../src/data/zip.js";

const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, "base64"));
/** `savez(file, weights=np.arange(6, dtype="<f4").reshape(2, 3) / 2, labels=np.array([2, 0, 1], dtype="int64"))`, NumPy 1.24. */
const stored = bytesOf(
  "UEsDBC0AAAAAAAAAIQALwLB2//////////8LABQAd2VpZ2h0cy5ucHkBABAAmAAAAAAAAACYAAAAAAAAAJNOVU1QWQEAdgB7J2Rl" +
    "c2NyJzogJzxmNCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCAzKSwgfSAgICAgICAgICAgICAgICAgICAg" +
    "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAAAAAAAD8AAIA/AADAPwAAAEAAACBAUEsDBC0AAAAAAAAA" +
    "IQCKGs4T//////////8KABQAbGFiZWxzLm5weQEAEACYAAAAAAAAAJgAAAAAAAAAk05VTVBZAQB2AHsnZGVzY3InOiAnPGk4Jywg" +
    "J2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg" +
    "ICAgICAgICAgICAgICAgICAgICAgICAgIAoCAAAAAAAAAAAAAAAAAAAAAQAAAAAAAABQSwECLQMtAAAAAAAAACEAC8CwdpgAAACY" +
    "AAAACwAAAAAAAAAAAAAAgAEAAAAAd2VpZ2h0cy5ucHlQSwECLQMtAAAAAAAAACEAihrOE5gAAACYAAAACgAAAAAAAAAAAAAAgAHV" +
    "AAAAbGFiZWxzLm5weVBLBQYAAAAAAgACAHEAAACpAQAAAAA=",
);
/** The same with `savez_compressed`. */
const deflated = bytesOf(
  "UEsDBC0AAAAIAAAAIQALwLB2//////////8LABQAd2VpZ2h0cy5ucHkBABAAmAAAAAAAAABXAAAAAAAAAJvsF+obEMnIUMZQrZ6S" +
    "WpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgYIsGdgaADiA0DM4MDAoOAAAFBL" +
    "AwQtAAAACAAAACEAihrOE///////////CgAUAGxhYmVscy5ucHkBABAAmAAAAAAAAABKAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxc" +
    "pG6loG6TaaGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6mjoKtQoUAC4mBlTACKUBUEsBAi0DLQAAAAgAAAAhAAvA" +
    "sHZXAAAAmAAAAAsAAAAAAAAAAAAAAIABAAAAAHdlaWdodHMubnB5UEsBAi0DLQAAAAgAAAAhAIoazhNKAAAAmAAAAAoAAAAAAAAA" +
    "AAAAAIABlAAAAGxhYmVscy5ucHlQSwUGAAAAAAIAAgBxAAAAGgEAAAAA",
);
/** `savez_compressed` to a file that cannot be rewound: sizes stand after the content. */
const streamed = bytesOf(
  "UEsDBC0ACAAIAAAAIQAAAAAA//////////8LABQAd2VpZ2h0cy5ucHkBABAAAAAAAAAAAAAAAAAAAAAAAJvsF+obEMnIUMZQrZ6S" +
    "WpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgYIsGdgaADiA0DM4MDAoOAAAFBL" +
    "BwgLwLB2VwAAAAAAAACYAAAAAAAAAFBLAwQtAAgACAAAACEAAAAAAP//////////CgAUAGxhYmVscy5ucHkBABAAAAAAAAAAAAAA" +
    "AAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TaaGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6mjoKtQoUAC4m" +
    "BlTACKUBUEsHCIoazhNKAAAAAAAAAJgAAAAAAAAAUEsBAi0DLQAIAAgAAAAhAAvAsHZXAAAAmAAAAAsAAAAAAAAAAAAAAIABAAAA" +
    "AHdlaWdodHMubnB5UEsBAi0DLQAIAAgAAAAhAIoazhNKAAAAmAAAAAoAAAAAAAAAAAAAAIABrAAAAGxhYmVscy5ucHlQSwUGAAAA" +
    "AAIAAgBxAAAASgEAAAAA",
);
/** `savez_compressed` with all numbers of the directory in 64-bit fields (ZIP64_LIMIT and ZIP_FILECOUNT_LIMIT of `zipfile` lowered). */
const long = bytesOf(
  "UEsDBC0AAAAIAAAAIQALwLB2//////////8LABQAd2VpZ2h0cy5ucHkBABAAmAAAAAAAAABXAAAAAAAAAJvsF+obEMnIUMZQrZ6S" +
    "WpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgYIsGdgaADiA0DM4MDAoOAAAFBL" +
    "AwQtAAAACAAAACEAihrOE///////////CgAUAGxhYmVscy5ucHkBABAAmAAAAAAAAABKAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxc" +
    "pG6loG6TaaGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6mjoKtQoUAC4mBlTACKUBUEsBAi0DLQAAAAgAAAAhAAvA" +
    "sHb//////////wsAFAAAAAAAAAAAAIABAAAAAHdlaWdodHMubnB5AQAQAJgAAAAAAAAAVwAAAAAAAABQSwECLQMtAAAACAAAACEA" +
    "ihrOE///////////CgAcAAAAAAAAAAAAgAH/////bGFiZWxzLm5weQEAGACYAAAAAAAAAEoAAAAAAAAAlAAAAAAAAABQSwYGLAAA" +
    "AAAAAAAtAC0AAAAAAAAAAAACAAAAAAAAAAIAAAAAAAAAoQAAAAAAAAAaAQAAAAAAAFBLBgcAAAAAuwEAAAAAAAABAAAAUEsFBgAA" +
    "AAACAAIAoQAAABoBAAAAAA==",
);
const weights = { shape: [2, 3], values: Float32Array.of(0, 0.5, 1, 1.5, 2, 2.5) };
const labels = { shape: [3], values: Float64Array.of(2, 0, 1) };

/** An archive of one array, with what is asked for in place of what is right. */
function archive({
  name = "a.npy",
  flags = 0,
  method = 0,
  size,
  checksum,
  at = 0,
  count = 1,
  comment = "",
}: Lies = {}): Uint8Array {
  const content = writeNpy([2], Float32Array.of(1, 2));
  const short = (value: number) => [value & 255, (value >> 8) & 255];
  const long = (value: number) => [...short(value & 0xffff), ...short(value >>> 16)];
  const sizes = [...long(checksum ?? crc32(content)), ...long(content.length), ...long(size ?? content.length)];
  const common = [
    ...short(20),
    ...short(flags),
    ...short(method),
    ...long(0),
    ...sizes,
    ...short(name.length),
    ...short(0),
  ];
  const local = [...Buffer.from("PK\x03\x04"), ...common, ...Buffer.from(name), ...content];
  const entry = [
    ...Buffer.from("PK\x01\x02"),
    ...short(20),
    ...common,
    ...short(0),
    ...short(0),
    ...short(0),
    ...long(0),
    ...long(at),
  ];
  const directory = [...entry, ...Buffer.from(name)];
  const end = [...Buffer.from("PK\x05\x06"), ...long(0), ...short(count), ...short(count), ...long(directory.length)];
  return Uint8Array.from([
    ...local,
    ...directory,
    ...end,
    ...long(local.length),
    ...short(comment.length),
    ...Buffer.from(comment),
  ]);
}
interface Lies {
  readonly name?: string;
  readonly flags?: number;
  readonly method?: number;
  readonly size?: number;
  readonly checksum?: number;
  readonly at?: number;
  readonly count?: number;
  readonly comment?: string;
}

const written = [
  ["stored", stored],
  ["deflated", deflated],
  ["streamed", streamed],
  ["with 64-bit numbers", long],
] as const;

describe("NPZ", () => {
  it.each(written)("reads what NumPy wrote, %s", async (_, bytes) => {
    expect(await readNpz(bytes, "weights")).toEqual(weights);
    expect(await readNpz(bytes, "labels")).toEqual(labels);
  });
  it("reads archives with a comment at the end, which may look like an end", async () => {
    const values = Float32Array.of(1, 2);
    for (const comment of ["", "PK\x05\x06 and more, but no end of an archive", "x".repeat(300)])
      expect(await readNpz(archive({ comment }), "a")).toEqual({ shape: [2], values });
  });
  it("has the checksum of the standard", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  });

  it.each([
    ["an empty file", new Uint8Array(), "a.npz: not a zip archive, found an empty file"],
    ["another format", writeNpy([1], Float32Array.of(1)), "a.npz: not a zip archive"],
    ["a missing array", archive({ name: "weights.npy" }), 'the archive has no array "a", found the arrays "weights"'],
    ["an archive of other files", archive({ name: "readme.txt" }), "found no arrays"],
    ["encryption", archive({ flags: 1 }), "found an encrypted file"],
    ["another compression", archive({ method: 12 }), "expected none or deflate, found compression method 12"],
    ["bytes that are not deflated", archive({ method: 8 }), "expected 136, found 6 bytes"],
    ["a wrong size", archive({ size: 7 }), "expected 7, found 136 bytes"],
    ["an enormous size", archive({ size: 0xfffffffe }), "found 4294967294 bytes"],
    ["64-bit sizes that are nowhere", archive({ size: 0xffffffff }), 'found no 64-bit size of "a.npy"'],
    ["a wrong checksum", archive({ checksum: 1 }), "found bytes that do not fit their checksum"],
    ["a header elsewhere", archive({ at: 7 }), "found no header where the directory says"],
    ["a header beyond the end", archive({ at: 0x7fffffff }), "found no header where the directory says"],
    ["more entries than there are", archive({ count: 9 }), "found 1 of 9 entries in its directory"],
  ])("refuses %s", async (_, bytes, message) => {
    const read = readNpz(bytes, "a", "a.npz");
    await expect(read).rejects.toThrow(DataError);
    await expect(read).rejects.toThrow(message);
  });

  it("gives a small file no more memory than it says it needs", async () => {
    const entry = zipEntries(deflated).find(({ name }) => name === "weights.npy")!;
    await expect(readZipEntry(deflated, { ...entry, size: 100 })).rejects.toThrow("too large when decompressed");
    await expect(readZipEntry(deflated, entry, "a.npz", 100)).rejects.toThrow("expected at most 100");
  });
  it.each(written)("answers every cut and every changed byte with a typed error, or is right: %s", async (_, bytes) => {
    const read = async (damaged: Uint8Array) => {
      try {
        expect(await readNpz(damaged, "weights")).toEqual(weights);
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
      }
    };
    for (let length = 0; length < bytes.length; length++) await read(bytes.slice(0, length));
    for (let k = 0; k < bytes.length; k++)
      for (const mask of [0xff, 1]) {
        const damaged = bytes.slice();
        damaged[k]! ^= mask;
        await read(damaged);
      }
  });
});
