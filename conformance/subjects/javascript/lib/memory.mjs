// Which commands were seen and how they were answered, so that a repeat is answered again and not run again.

/** Bounded by entries, age and bytes of answers. The oldest answered ones go first, those under way never. */
export class Memory {
  #settings;
  #underWay = new Set();
  #answered = new Map(); // by time of answer
  #bytes = 0;

  constructor(settings) {
    this.#settings = settings;
  }

  /** {seen: 'fresh' | 'in_flight' | 'answered' | 'forgotten', body}. A fresh one is under way from now on. */
  onCommand(requestId, at) {
    this.#trim(at);
    if (this.#underWay.has(requestId)) return { seen: 'in_flight' };
    const entry = this.#answered.get(requestId);
    if (!entry) {
      this.#underWay.add(requestId);
      return { seen: 'fresh' };
    }
    return entry.body ? { seen: 'answered', body: entry.body } : { seen: 'forgotten' };
  }

  onAnswered(requestId, body, at) {
    this.#underWay.delete(requestId);
    this.#answered.set(requestId, { body, at });
    this.#bytes += body.length;
    this.#trim(at);
  }

  #trim(at) {
    for (const [requestId, entry] of this.#answered) {
      const tooOld = at - entry.at > this.#settings.rememberSeconds;
      const tooMany = this.#answered.size > this.#settings.answersKept;
      if (!tooOld && !tooMany) break;
      this.#drop(entry);
      this.#answered.delete(requestId);
    }
    if (this.#bytes <= this.#settings.answerBytesKept) return;
    for (const entry of this.#answered.values()) {
      if (this.#bytes <= this.#settings.answerBytesKept) return;
      this.#drop(entry);
    }
  }

  #drop(entry) {
    if (!entry.body) return;
    this.#bytes -= entry.body.length;
    entry.body = null;
  }
}
