// JSON lines on standard output, with the key taken out of whatever is written.
import { writeSync } from 'node:fs';

const LEVELS = { DEBUG: 0, INFO: 1, WARNING: 2, ERROR: 3 };

export class Log {
  #least;
  #secrets;

  /** `key` is `id.secret`: the id alone says nothing. */
  constructor(level = 'INFO', key = '', write = (line) => writeSync(1, line)) {
    this.#least = LEVELS[level.toUpperCase()] ?? LEVELS.INFO;
    this.#secrets = [key, key.slice(key.indexOf('.') + 1)].filter((text) => text !== '');
    this.write = write;
  }

  debug(event, fields) { this.#line('DEBUG', event, fields); }
  info(event, fields) { this.#line('INFO', event, fields); }
  warning(event, fields) { this.#line('WARNING', event, fields); }
  error(event, fields) { this.#line('ERROR', event, fields); }

  #line(level, event, fields = {}) {
    if (LEVELS[level] < this.#least) return;
    let line = JSON.stringify({ timestamp: new Date().toISOString(), level: level.toLowerCase(), event, ...fields });
    for (const secret of this.#secrets) line = line.replaceAll(secret, '[key]');
    try {
      this.write(line + '\n');
    } catch {
      // Nobody reads any more; that is no reason to stop.
    }
  }
}
