// How long to wait before the next attempt. One policy for every kind of end.

/**
 * Full jitter: the k-th delay in a row is drawn from (0, min(cap, initial * factor^k)]. What the gateway asks for only lengthens a
 * delay. The count starts anew after a healthy stream, and only then.
 */
export class Backoff {
  #settings;
  #random;
  #ends = 0;

  constructor(settings, random = Math.random) {
    this.#settings = settings;
    this.#random = random;
  }

  /**
   * Seconds to wait after an attempt ended: `established` if `connected` had come, `healthySeconds` from then to the last sign of life,
   * `floorSeconds` the longest that the gateway asked to wait, `keyRefused` after 401 or 403.
   */
  delayAfter({ established = false, healthySeconds = 0, floorSeconds = 0, keyRefused = false }) {
    const s = this.#settings;
    if (established && healthySeconds >= s.healthyAfterSeconds) this.#ends = 0;
    let low = 0;
    let high = Math.min(s.backoffCapSeconds, s.backoffInitialSeconds * s.backoffFactor ** Math.min(this.#ends, 64));
    this.#ends += 1;
    if (keyRefused) {
      low = s.slowLaneSeconds / 2;
      high = s.slowLaneSeconds * 1.5;
    } else if (established) {
      high = Math.max(high, s.sessionSpreadSeconds);
    }
    const floor = Math.min(floorSeconds, s.floorMaxSeconds);
    if (floor > low) {
      low = floor;
      high = Math.max(high, this.#raised(floor));
    }
    // 1 - random() lies in (0, 1]: never a delay of nothing.
    return low + (high - low) * (1 - this.#random());
  }

  #raised(floor) {
    const high = floor + Math.min(floor / 2, 60);
    const cap = this.#settings.backoffCapSeconds;
    return floor < cap ? Math.max(Math.min(high, cap), floor + 1) : high;
  }
}
