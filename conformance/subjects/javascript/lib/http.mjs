// HTTPS with a limit on every wait: on the dial with its handshake, on the response's head, on a whole exchange.
import https from 'node:https';
import { endOf } from './clocks.mjs';

/** `reason` is dial_failed, dial_timeout, head_timeout or connection_lost. */
export class ExchangeFailed extends Error {
  constructor(reason, message = reason) {
    super(message);
    this.reason = reason;
  }
}

/**
 * Sends a request and resolves with the response (an IncomingMessage) once its head is there. Redirects are not followed. `signal`
 * ends it, and later the body, at once.
 */
export function send({ url, method = 'GET', headers, body, agent, dialSeconds, headSeconds, signal }) {
  return new Promise((resolve, reject) => {
    const request = https.request(url, { method, headers, agent });
    let dialled = false;
    let timer;
    const limit = (seconds, reason) => {
      clearTimeout(timer);
      timer = setTimeout(() => request.destroy(new ExchangeFailed(reason)), seconds * 1000);
    };
    const onDialled = () => {
      dialled = true;
      limit(headSeconds, 'head_timeout');
    };
    const onAbort = () => request.destroy(new ExchangeFailed('connection_lost', 'given up'));
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) onAbort();
    limit(dialSeconds, 'dial_timeout');
    request.on('socket', (socket) => (request.reusedSocket ? onDialled() : socket.once('secureConnect', onDialled)));
    request.on('response', (response) => {
      clearTimeout(timer);
      response.once('close', () => signal?.removeEventListener('abort', onAbort));
      resolve(response);
    });
    request.on('error', (error) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      const failed = error instanceof ExchangeFailed ? error : new ExchangeFailed(dialled ? 'connection_lost' : 'dial_failed', error.message);
      failed.reusedSocket = request.reusedSocket;
      reject(failed);
    });
    request.end(body);
  });
}

async function readAll(response, bytesMax) {
  const parts = [];
  let size = 0;
  for await (const part of response) {
    size += part.length;
    if (size > bytesMax) throw new ExchangeFailed('connection_lost', `a body of more than ${bytesMax} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const ANSWER_BYTES_MAX = 64 * 1024;
const SLOW_AFTER_SECONDS = 2;
const SLOW_MAX = 3;

/**
 * Exchanges one after the other on one kept connection. One that has no answer after two seconds leaves its place to the next, so that
 * a request that was swallowed does not hold up the others; at most three do.
 */
export class Lane {
  #agent;
  #dialSeconds;
  #waiting = [];
  #free = true;
  #slow = 0;

  constructor({ ca, dialSeconds }) {
    this.#agent = new https.Agent({ ca, keepAlive: true, maxSockets: 1 + SLOW_MAX, maxFreeSockets: 1, minVersion: 'TLSv1.2' });
    this.#dialSeconds = dialSeconds;
  }

  /** The response with its `body` read. `budgetSeconds` are for the exchange, `signal` ends the wait for one's turn as well. */
  async exchange(request, budgetSeconds, signal) {
    await this.#turn(signal);
    let holds = true;
    const leave = setTimeout(() => {
      if (this.#slow >= SLOW_MAX) return;
      this.#slow += 1;
      holds = false;
      this.#next();
    }, SLOW_AFTER_SECONDS * 1000);
    const late = endOf(budgetSeconds);
    try {
      return await this.#exchangeNow({ ...request, headSeconds: budgetSeconds, signal: AbortSignal.any([late, signal]) });
    } finally {
      clearTimeout(leave);
      if (holds) this.#next();
      else this.#slow -= 1;
    }
  }

  close() {
    this.#agent.destroy();
  }

  async #exchangeNow(request) {
    for (;;) {
      try {
        const response = await send({ ...request, agent: this.#agent, dialSeconds: this.#dialSeconds });
        response.body = await readAll(response, ANSWER_BYTES_MAX);
        return response;
      } catch (failed) {
        // The gateway may have closed the kept connection while nobody looked; it takes a second copy as it took the first.
        if (!failed.reusedSocket || request.signal.aborted) throw failed;
      }
    }
  }

  #turn(signal) {
    if (this.#free) {
      this.#free = false;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const one = { resolve };
      this.#waiting.push(one);
      signal.addEventListener('abort', () => {
        const at = this.#waiting.indexOf(one);
        if (at < 0) return; // it has had its turn
        this.#waiting.splice(at, 1);
        reject(new ExchangeFailed('connection_lost', 'given up'));
      });
    });
  }

  #next() {
    const one = this.#waiting.shift();
    if (one) one.resolve();
    else this.#free = true;
  }
}

/** Seconds that a Retry-After header asks for (RFC 9110 §10.2.3), 0 without a sensible one. */
export function retryAfter(headers) {
  const text = headers['retry-after'] ?? '';
  if (/^\d+$/.test(text)) return Number(text.slice(0, 9));
  const date = Date.parse(text);
  return Number.isNaN(date) ? 0 : Math.max(0, (date - Date.now()) / 1000);
}
