/** Puts a cluster-wide object under `/registry/<path>`, as JSON, which API servers read as well as what they write. */
export async function storeInEtcd(port: number, path: string, object: object): Promise<void> {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const answer = await fetch(`http://127.0.0.1:${port}/v3/kv/put`, {
    method: 'POST',
    body: JSON.stringify({ key: base64(`/registry/${path}`), value: base64(JSON.stringify(object)) }),
  });
  if (!answer.ok) throw new Error(`etcd answered ${answer.status}: ${await answer.text()}`);
}
