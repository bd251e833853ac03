// What eventsource does not look after: it reads the bytes of a stream before eventsource does.

export class EventTooLarge extends Error {}

const [LF, CR, COLON] = [0x0a, 0x0d, 0x3a];
const RETRY = /^retry: ?(\d+)$/;
const RETRY_LINE_BYTES_MAX = 64;

/**
 * Follows the lines of one stream, however its bytes are cut: limits the length of an event, which eventsource would collect without
 * end; notes `retry:`, which eventsource keeps to itself; and makes every line end with LF, since eventsource waits for the byte after
 * a CR before it takes the line. A comment belongs to no event. Keeps the beginning of one line and no more.
 */
export class StreamGuard {
  retrySeconds = null;
  #bytesMax;
  #eventBytes = 0;
  #lineBytes = 0;
  #line = '';
  #comment = false;
  #afterCr = false;

  constructor(bytesMax) {
    this.#bytesMax = bytesMax;
  }

  /** What eventsource shall have of `chunk`. Throws EventTooLarge: the stream is of no use any more. */
  take(chunk) {
    const out = Buffer.allocUnsafe(chunk.length);
    let size = 0;
    for (const byte of chunk) {
      const secondOfPair = this.#afterCr && byte === LF;
      this.#afterCr = byte === CR;
      if (secondOfPair) continue;
      if (byte === LF || byte === CR) this.#endLine();
      else this.#add(byte);
      out[size] = byte === CR ? LF : byte;
      size += 1;
    }
    return out.subarray(0, size);
  }

  #add(byte) {
    if (this.#lineBytes === 0) this.#comment = byte === COLON;
    this.#lineBytes += 1;
    if (this.#comment) return;
    if (this.#line.length < RETRY_LINE_BYTES_MAX) this.#line += String.fromCharCode(byte);
    this.#eventBytes += 1;
    if (this.#eventBytes > this.#bytesMax) throw new EventTooLarge(`an event of more than ${this.#bytesMax} bytes`);
  }

  #endLine() {
    const retry = RETRY.exec(this.#line);
    if (retry && this.#line.length < RETRY_LINE_BYTES_MAX) this.retrySeconds = Number(retry[1]) / 1000;
    if (this.#lineBytes === 0) this.#eventBytes = 0;
    this.#line = '';
    this.#lineBytes = 0;
    this.#comment = false;
  }
}
