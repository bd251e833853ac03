// The decisions of the agent, without a network and without its packages: delays, limits, what is remembered, what is cut.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failure, printAnswer } from '../lib/answers.mjs';
import { Backoff } from '../lib/backoff.mjs';
import { GatewayClock, deadlineOf, parseTime } from '../lib/clocks.mjs';
import { EventTooLarge, StreamGuard } from '../lib/guard.mjs';
import { Log } from '../lib/log.mjs';
import { Memory } from '../lib/memory.mjs';
import { BadMessage, commandOf, parse } from '../lib/messages.mjs';
import { InvalidParams, UnknownCommand, readParams } from '../lib/params.mjs';
import { BadConfiguration, readIdentity, readSettings } from '../lib/settings.mjs';

const settings = readSettings({});
const times = (count, make) => Array.from({ length: count }, (_, at) => make(at));

test('the envelope doubles to its cap and no delay is nothing', () => {
  const backoff = new Backoff(settings);
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const delay = backoff.delayAfter({});
    assert.ok(delay > 0 && delay <= Math.min(60, 2 ** attempt), `${delay} after ${attempt}`);
  }
  assert.ok(new Backoff(settings, () => 0.999999).delayAfter({}) > 0);
});

test('only a healthy stream starts the count anew', () => {
  const longest = (end) => Math.max(...times(300, () => {
    const backoff = new Backoff(settings);
    for (let attempt = 0; attempt < 10; attempt += 1) backoff.delayAfter({});
    return backoff.delayAfter(end);
  }));
  assert.ok(longest({ established: true, healthySeconds: 29.9 }) > 30);
  assert.ok(longest({ established: true, healthySeconds: 30 }) <= 5);
});

test('what the gateway asks for only lengthens and is capped, and a refused key rests', () => {
  const backoff = new Backoff(settings);
  for (const [asked, least] of [[2, 2], [120, 120], [86_400, 300]]) {
    const delays = times(200, () => backoff.delayAfter({ floorSeconds: asked }));
    assert.ok(Math.min(...delays) >= least && Math.max(...delays) <= Math.max(60, least + 60));
    assert.ok(Math.max(...delays) - Math.min(...delays) > 0.5);
  }
  const refused = times(200, () => backoff.delayAfter({ keyRefused: true }));
  assert.ok(Math.min(...refused) >= 30 && Math.max(...refused) <= 90);
});

test('the guard limits an event and never a comment, however the bytes are cut', () => {
  const fed = (bytesMax, ...chunks) => {
    const guard = new StreamGuard(bytesMax);
    for (const chunk of chunks) guard.take(Buffer.from(chunk));
    return guard;
  };
  assert.throws(() => fed(1000, ...times(11, () => `data: ${'x'.repeat(90)}\n`)), EventTooLarge);
  fed(1000, ':', ...times(50, () => 'x'.repeat(1000)), '\r', '\n', 'data: a\n\n');
  fed(100, ...times(50, () => `data: ${'x'.repeat(50)}\r\n\r\n`));
  for (const [stream, seconds] of [['retry: 0250\n', 0.25], ['retry:1500\r\n', 1.5], ['retry: 1e3\n', null], [': retry: 5\n', null], ['retry: 5', null]]) {
    assert.equal(fed(1000, stream).retrySeconds, seconds, stream);
    assert.equal(fed(1000, ...stream).retrySeconds, seconds, stream);
  }
});

test('the guard ends every line with LF at once, however the bytes are cut', () => {
  const stream = Buffer.from('data: a\r\rdata: é🦊\r\n\r\ndata\n\n\r');
  const whole = new StreamGuard(1000).take(stream).toString();
  assert.equal(whole, 'data: a\n\ndata: é🦊\n\ndata\n\n\n');
  const guard = new StreamGuard(1000);
  assert.equal(Buffer.concat([...stream].map((byte) => guard.take(Buffer.of(byte)))).toString(), whole);
});

test('what is not on the list or ill-typed is refused', () => {
  assert.equal(readParams('list_pods', {}).namespace, 'default');
  for (const command of ['delete_pod', 'LIST_PODS', '', 'constructor', '__proto__']) assert.throws(() => readParams(command, {}), UnknownCommand);
  for (const params of [{ namespace: '' }, { namespace: 'a/../b' }, { namespace: 'a\n' }, { namespace: 7 }, { limit: true }, { limit: 1.5 },
    { name_space: 'a' }, { label_selector: 'app=x&limit=1' }, { toString: 1 }, [], 'x', null]) {
    assert.throws(() => readParams('list_pods', params), InvalidParams, JSON.stringify(params));
  }
});

test('selectors follow the grammar of Kubernetes', () => {
  for (const good of ['a', '!a', 'app=x', 'app==x,tier!=y', 'app in (a, b,c),x/y notin (z)', 'n>5', 'app=', ' a = b ']) {
    assert.equal(readParams('list_pods', { label_selector: good }).label_selector, good);
  }
  for (const bad of [',', 'a,', 'a=b=c', 'a in b', 'a in ()x', 'a;b', '=b', 'a>x', 'a'.repeat(64), 'a in (b']) {
    assert.throws(() => readParams('list_pods', { label_selector: bad }), InvalidParams, bad);
  }
});

test('messages without sense are told from those with it', () => {
  const good = { request_id: 'a', command: 'list_pods' };
  assert.equal(commandOf(good).timeoutSeconds, 30);
  for (const changed of [{ request_id: 'a/b' }, { timeout: 301 }, { timeout: true }, { deadline: 'soon' }, { command: 7 }]) {
    assert.throws(() => commandOf({ ...good, ...changed }), BadMessage, JSON.stringify(changed));
  }
  for (const bad of ['', '[]', 'null', 'NaN', '['.repeat(100_000)]) assert.throws(() => parse(bad), BadMessage);
});

test('a deadline holds by the clock of the gateway', () => {
  const clock = new GatewayClock();
  clock.onStream('Thu, 01 Jan 1970 00:20:00 GMT', 10);
  assert.equal(clock.at(11), 1201);
  clock.onHeartbeat(parseTime('1970-01-01T00:21:40Z'), 20);
  assert.equal(clock.at(21), 1301);
  assert.equal(deadlineOf(30, 1305, 21, clock.at(21)), 25);
  assert.equal(deadlineOf(3, 1305, 21, clock.at(21)), 24);
});

test('a repeat is known until it is too old or too much', () => {
  const memory = new Memory({ ...settings, answersKept: 3, answerBytesKept: 20 });
  for (let number = 0; number < 5; number += 1) assert.equal(memory.onCommand(`id${number}`, 0).seen, 'fresh');
  assert.equal(memory.onCommand('id0', 0).seen, 'in_flight');
  for (let number = 0; number < 5; number += 1) memory.onAnswered(`id${number}`, Buffer.alloc(8), number);
  assert.equal(memory.onCommand('id4', 5).seen, 'answered');
  assert.equal(memory.onCommand('id2', 5).seen, 'forgotten');
  assert.equal(memory.onCommand('id1', 5).seen, 'fresh');
  assert.equal(memory.onCommand('id4', 700).seen, 'fresh');
});

test('long answers are cut to fit and say so', () => {
  const pods = times(1000, (number) => ({ name: `pod-${number}` }));
  for (const result of [{ pod_count: 1000, pods, continue: 't' }, { logs: 'line é\n'.repeat(2000), line_count: 2000 }, { data: { a: '🦊'.repeat(9000) } }]) {
    const body = printAnswer('id', { result }, 2000);
    const answer = JSON.parse(body);
    assert.ok(body.length <= 2000 && answer.truncated);
    if (result.pods) assert.deepEqual([answer.result.pod_count, answer.result.continue], [answer.result.pods.length, undefined]);
    if (result.logs) assert.equal(answer.result.line_count, answer.result.logs.split('\n').length - 1);
  }
  assert.equal(JSON.parse(printAnswer('id', { result: { n: times(9000, (number) => number) } }, 2000)).error_code, 'too_large');
  assert.equal(JSON.parse(printAnswer('id', failure('busy', 'no'), 2000)).error_code, 'busy');
});

test('plain http is refused, and neither a complaint nor the log shows the key', () => {
  const environment = { INCIDENTFOX_API_KEY: 'ixfx_k8s_a.secret', INCIDENTFOX_GATEWAY_URL: 'http://127.0.0.1/gateway' };
  assert.throws(() => readIdentity(environment), (problem) => problem instanceof BadConfiguration && /https/.test(problem.message));
  for (const changed of [{ INCIDENTFOX_GATEWAY_URL: 'https://user@host' }, { INCIDENTFOX_API_KEY: 'bad key secret' }, { INCIDENTFOX_GATEWAY_URL: 'x' }]) {
    assert.throws(() => readIdentity({ ...environment, ...changed }), (problem) => !problem.message.includes('secret'));
  }
  const lines = [];
  new Log('INFO', 'ixfx_k8s_a.secret', (line) => lines.push(line)).error('x', { error: 'Bearer ixfx_k8s_a.secret or secret' });
  assert.equal(lines.length, 1);
  assert.ok(!lines[0].includes('secret'));
});

test('settings come from the environment in seconds', () => {
  assert.equal(readSettings({ KITFOX_AGENT_BACKOFF_CAP_SECONDS: '0.5' }).backoffCapSeconds, 0.5);
  for (const bad of ['x', '-1', 'NaN', '', 'Infinity']) assert.throws(() => readSettings({ KITFOX_AGENT_WORKERS: bad }), BadConfiguration);
});
