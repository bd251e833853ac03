#!/usr/bin/env node
// An outbound Kubernetes agent: puts the parts together and runs them until SIGTERM, or until there is no use in going on.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { GatewayClock, now, sleep } from './lib/clocks.mjs';
import { Channel } from './lib/delivery.mjs';
import { KubeClient } from './lib/kubernetes.mjs';
import { Log } from './lib/log.mjs';
import { Metadata } from './lib/metadata.mjs';
import { Reads } from './lib/reads.mjs';
import { CommandService } from './lib/service.mjs';
import { BadConfiguration, readIdentity, readSettings } from './lib/settings.mjs';
import { GatewayStream } from './lib/stream.mjs';

const VERSION = '1.0.0';
const STOPPED = 0; // exit codes
const BAD_CONFIGURATION = 2;

function authorities(path) {
  if (!path) return undefined; // those that node trusts
  try {
    const pem = readFileSync(path, 'utf8');
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  } catch {
    // Said below.
  }
  throw new BadConfiguration('SSL_CERT_FILE: expected certificates as PEM');
}

async function postHeartbeats(stream, channel, settings, log, signal) {
  while (settings.heartbeatPostIntervalSeconds > 0 && !signal.aborted) {
    await sleep(settings.heartbeatPostIntervalSeconds, signal);
    if (!stream.connected || signal.aborted) continue;
    const { status } = await channel.post('/agent/heartbeat', Buffer.from('{}'), now() + settings.responseTryTimeoutSeconds, signal);
    if (status !== 200) log.debug('heartbeat_unanswered', { status });
  }
}

async function run(identity, settings, log) {
  const ca = authorities(identity.authorities);
  const client = new KubeClient(process.env, settings);
  const reads = new Reads(client, settings);
  const channel = new Channel(identity, ca, settings, log);
  const commands = new CommandService(settings, reads, channel, log);
  const metadata = new Metadata(client, reads, settings, log);
  const stream = new GatewayStream({
    identity, settings, ca, instanceId: randomUUID(), version: VERSION, channel, metadata, commands, clock: new GatewayClock(), log,
  });
  const asked = new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT']) process.on(name, () => resolve(STOPPED));
  });
  log.info('agent_started', { version: VERSION, cluster_name: identity.clusterName });

  const stopping = new AbortController();
  postHeartbeats(stream, channel, settings, log, stopping.signal);
  const streaming = stream.run();
  const code = await Promise.race([asked, streaming]);
  log.info('draining', { unfinished: commands.unfinished });
  if (!stream.connected) stream.stop(); // without a stream there is nothing more to hear; with one, a cancel may still come
  await commands.drain();
  stopping.abort();
  stream.stop();
  await streaming;
  commands.close();
  channel.close();
  client.close();
  log.info('stopped', { exit_code: code });
  return code;
}

async function main() {
  let log = new Log();
  try {
    const identity = readIdentity(process.env);
    log = new Log(identity.logLevel, identity.key);
    return await run(identity, readSettings(process.env), log);
  } catch (problem) {
    if (!(problem instanceof BadConfiguration)) throw problem;
    log.error('configuration_invalid', { error: problem.message });
    return BAD_CONFIGURATION;
  }
}

// Ends now, whatever timers and sockets there still are.
process.exit(await main());
