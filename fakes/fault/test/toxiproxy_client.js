// Drives `kitfox fake proxy` as a user of toxiproxy would: with toxiproxy's own client for Node, and with
// connections that feel what was asked for. Usage: node toxiproxy_client.js MODULE API UPSTREAM
const assert = require("node:assert/strict");
const net = require("node:net");
const [module_path, api, upstream] = process.argv.slice(2);
const { Toxiproxy, ToxiproxyError } = require(module_path);

/** A connection that was sent "x": what came back, or how it ended, and after how long. */
function ask(address) {
  const [host, port] = address.split(":");
  const since = performance.now();
  return new Promise((resolve) => {
    const end = (outcome) => {
      socket.destroy();
      resolve({ outcome, took_ms: performance.now() - since });
    };
    const socket = net.connect({ host, port: Number(port) }, () => socket.write("x"));
    socket.on("data", (bytes) => end(bytes.toString()));
    socket.on("end", () => end("FIN"));
    socket.on("error", (failure) => end(failure.code));
  });
}

const not_found = (failure) => failure instanceof ToxiproxyError && failure.message.endsWith("404");

async function toxics(proxy) {
  const slow = await proxy.addToxic(
    { name: "slow", type: "latency", stream: "downstream", toxicity: 1, attributes: { latency: 80, jitter: 0 } });
  assert.deepEqual(slow.toJson(),
    { name: "slow", type: "latency", stream: "downstream", toxicity: 1, attributes: { latency: 80, jitter: 0 } });
  const late = await ask(proxy.listen);
  assert.equal(late.outcome, "x");
  assert.ok(late.took_ms >= 80, `an answer after ${late.took_ms} ms`);

  const changed = await slow.update({ ...slow.toJson(), attributes: { latency: 1, jitter: 0 } });
  assert.equal(changed.attributes.latency, 1);
  assert.deepEqual((await proxy.getToxic("slow")).attributes, { latency: 1, jitter: 0 });

  const cut = await proxy.addToxic(
    { name: "cut", type: "reset_peer", stream: "downstream", toxicity: 1, attributes: { timeout: 0 } });
  assert.equal((await ask(proxy.listen)).outcome, "ECONNRESET");
  await cut.remove();
  await assert.rejects(proxy.getToxic("cut"), not_found);
  assert.equal((await ask(proxy.listen)).outcome, "x");
}

async function main() {
  const client = new Toxiproxy(api);
  assert.notEqual(await client.getVersion(), "");
  const proxy = await client.createProxy({ name: "echo", listen: "127.0.0.1:0", upstream });
  assert.equal(proxy.enabled, true);
  assert.notEqual(proxy.listen, "127.0.0.1:0", "the port that the system chose");
  assert.equal((await ask(proxy.listen)).outcome, "x");
  await assert.rejects(client.createProxy({ name: "echo", listen: "127.0.0.1:0", upstream }),
    (failure) => failure.message.endsWith("409"));

  await toxics(proxy);

  const off = await proxy.update({ enabled: false, listen: proxy.listen, upstream });
  assert.equal(off.enabled, false);
  assert.equal((await ask(proxy.listen)).outcome, "ECONNREFUSED");
  await client.reset();
  assert.equal((await client.get("echo")).enabled, true);
  await assert.rejects(proxy.getToxic("slow"), not_found);
  assert.equal((await ask(proxy.listen)).outcome, "x");

  const more = await client.populate([{ name: "second", listen: "127.0.0.1:0", upstream }]);
  assert.deepEqual(Object.keys(more), ["second"]);
  assert.deepEqual(Object.keys(await client.getAll()).sort(), ["echo", "second"]);
  await proxy.remove();
  await assert.rejects(client.get("echo"), not_found);
  assert.equal((await ask(proxy.listen)).outcome, "ECONNREFUSED");
  assert.equal((await ask(more.second.listen)).outcome, "x");
}

main().catch((failure) => {
  console.error(failure);
  process.exit(1);
});
