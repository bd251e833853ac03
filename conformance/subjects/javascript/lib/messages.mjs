// What the gateway's events say. A message that makes no sense is a BadMessage, and is skipped.
import { parseTime } from './clocks.mjs';

const REQUEST_ID = /^[A-Za-z0-9_-]{1,64}$/;
const TIMEOUT_DEFAULT_SECONDS = 30;
const TIMEOUT_MAX_SECONDS = 300;

export class BadMessage extends Error {}

export function parse(data) {
  let value;
  try {
    value = JSON.parse(data);
  } catch {
    throw new BadMessage('expected JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BadMessage('expected an object');
  return value;
}

function seconds(message, name, absent) {
  const value = message[name];
  if (value === undefined || value === null) return absent;
  if (!Number.isFinite(value) || value < 0) throw new BadMessage(`${name}: expected seconds`);
  return value;
}

export function requestIdOf(message) {
  if (typeof message.request_id !== 'string' || !REQUEST_ID.test(message.request_id)) {
    throw new BadMessage('request_id: expected 1 to 64 characters of A-Z a-z 0-9 _ -');
  }
  return message.request_id;
}

/** {requestId, name, params, timeoutSeconds, deadline}; `deadline` in seconds since 1970 by the gateway's clock, or null. */
export function commandOf(message) {
  const requestId = requestIdOf(message);
  if (typeof message.command !== 'string' || message.command === '') throw new BadMessage('command: expected a name');
  const timeoutSeconds = seconds(message, 'timeout', TIMEOUT_DEFAULT_SECONDS);
  if (timeoutSeconds <= 0 || timeoutSeconds > TIMEOUT_MAX_SECONDS) throw new BadMessage('timeout: out of range');
  const deadline = parseTime(message.deadline);
  if (deadline === null && message.deadline !== undefined && message.deadline !== null) {
    throw new BadMessage('deadline: expected an RFC 3339 time');
  }
  return { requestId, name: message.command, params: message.params ?? {}, timeoutSeconds, deadline };
}

/** Of a `connected` event; null where it does not say. */
export function heartbeatIntervalOf(message) {
  const interval = seconds(message, 'heartbeat_interval_seconds', null);
  return interval === null ? null : Math.min(Math.max(interval, 1), 300);
}

/** Of a `drain` event. */
export const reconnectAfterOf = (message) => seconds(message, 'reconnect_after_seconds', 0);
