// Keeps one informer a namespace on ConfigMaps, as the documentation of @kubernetes/client-node has it, and prints what each
// of them holds whenever that changes: {"namespace": ..., "holds": {NAME: VALUE}}. usage: informers.mjs KUBECONFIG NAMESPACE...
import { CoreV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node';

const RESTART_MS = 100;
const [path, ...namespaces] = process.argv.slice(2);
const config = new KubeConfig();
config.loadFromFile(path);
const api = config.makeApiClient(CoreV1Api);

const print = (record) => process.stdout.write(`${JSON.stringify(record)}\n`);

function follow(namespace) {
  const list = () => api.listNamespacedConfigMap({ namespace });
  const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, list);
  const show = () => {
    const held = informer.list(namespace).map((map) => [map.metadata.name, map.data.value]);
    print({ namespace, holds: Object.fromEntries(held.sort()) });
  };
  for (const change of ['add', 'update', 'delete']) informer.on(change, show);
  informer.on('error', (failure) => {
    print({ namespace, error: String(failure) });
    setTimeout(() => informer.start(), RESTART_MS);
  });
  return informer.start();
}

await Promise.all(namespaces.map(follow));
