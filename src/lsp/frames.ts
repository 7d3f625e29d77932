/**
 * @file Messages over a stream of bytes: `Content-Length: 18`, an empty line, and a body of so many bytes.
 *
 * A client that counts wrong loses that message and no other. JSON has no bare ends of lines inside its strings, so what looks like a
 * header inside a body is one: the body's length was wrong, and reading goes on there, as it does after a body that is no JSON.
 */
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  ErrorCodes,
  type Message,
} from "./protocol.js";

/** The next header wherever it begins, so that rubbish before it, and headers with a length that is none, are passed over. */
const header = /Content-Length:[ \t]*(\d+)[ \t]*\r\n(?:[\w-]+:[^\r\n]*\r\n)*\r\n/gi;
/** Bytes. A longer body is not meant, as strings end soon beyond. */
const longest = 2 ** 28;
/** Bytes. No header is longer. */
const longestHeader = 1000;

export class FrameReader extends AbstractMessageReader {
  /** What has come and is not read; a character is a byte. */
  #chunks: string[] = [];
  #length = 0;
  /** Bytes without which there is nothing to read. */
  #needed = 0;

  /** `refuse`: answers what is no message. */
  constructor(
    readonly stream: NodeJS.ReadableStream,
    readonly refuse: (code: number, message: string) => void = () => {},
  ) {
    super();
  }
  listen(callback: DataCallback): { dispose(): void } {
    const read = (chunk: Buffer) => this.#read(chunk.toString("latin1"), callback);
    this.stream.on("data", read);
    this.stream.on("error", (error) => this.fireError(error));
    this.stream.on("close", () => this.fireClose());
    return { dispose: () => void this.stream.off("data", read) };
  }
  #read(chunk: string, callback: DataCallback): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#needed && !/Content-Length:/i.test(chunk)) return;
    let rest = this.#chunks.join("");
    this.#needed = 0;
    for (;;) {
      header.lastIndex = 0;
      const found = header.exec(rest);
      if (!found) {
        rest = rest.slice(-longestHeader);
        break;
      }
      const begin = header.lastIndex;
      const end = begin + Number(found[1]);
      const isWhole = end <= rest.length;
      if (!isWhole && end - begin <= longest && !header.test(rest)) {
        rest = rest.slice(found.index);
        this.#needed = end - found.index;
        break;
      }
      const isRead = isWhole && this.#message(rest.slice(begin, end), callback);
      rest = rest.slice(isRead ? end : begin);
    }
    this.#chunks = [rest];
    this.#length = rest.length;
  }
  /** Whether it is JSON. */
  #message(bytes: string, callback: DataCallback): boolean {
    let message: Message;
    try {
      message = JSON.parse(Buffer.from(bytes, "latin1").toString()) as Message;
    } catch (error) {
      this.fireError(error);
      this.refuse(ErrorCodes.ParseError, String(error));
      return false;
    }
    if (typeof message !== "object" || message === null || Array.isArray(message))
      this.refuse(ErrorCodes.InvalidRequest, "a message is one object");
    else callback(message);
    return true;
  }
}

export class FrameWriter extends AbstractMessageWriter {
  constructor(readonly stream: NodeJS.WritableStream) {
    super();
  }
  write(message: Message): Promise<void> {
    const body = JSON.stringify(message);
    return new Promise((resolve, reject) => {
      this.stream.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }
  end(): void {
    this.stream.end();
  }
}
