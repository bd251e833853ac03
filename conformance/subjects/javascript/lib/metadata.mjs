// The cluster's version and size, gathered beside the stream and seldom.
import { endOf, now, sleep } from './clocks.mjs';

const TIMEOUT_SECONDS = 10;
const STARTUP_WAIT_SECONDS = 1;

export class Metadata {
  facts = {};
  #client;
  #reads;
  #settings;
  #log;
  #gatheredAt = -Infinity;
  #gathering;

  constructor(client, reads, settings, log) {
    this.#client = client;
    this.#reads = reads;
    this.#settings = settings;
    this.#log = log;
    this.refreshIfOld();
  }

  refreshIfOld() {
    if (now() - this.#gatheredAt < this.#settings.metadataRefreshSeconds) return;
    this.#gatheredAt = now();
    this.#gathering = this.#gather(endOf(TIMEOUT_SECONDS));
  }

  async waitForFirst() {
    await Promise.race([this.#gathering, sleep(STARTUP_WAIT_SECONDS)]);
  }

  async #gather(signal) {
    const fact = async (name, read) => {
      try {
        this.facts[name] = await read();
      } catch (problem) {
        this.#log.warning('metadata_incomplete', { error: problem.message });
      }
    };
    await fact('kubernetes_version', async () => (await this.#client.version(signal)).gitVersion);
    await fact('node_count', () => this.#reads.count('nodes', signal));
    await fact('namespace_count', () => this.#reads.count('namespaces', signal));
  }
}
