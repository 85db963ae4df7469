/** Text made a name that Kubernetes and workflows take: `My_Api` is `my-api`; `app` when nothing of it is left. */
export function kubernetesName(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 50)
    .replace(/-+$/, '');
  return name === '' || name === 'all' ? 'app' : name;
}

/** `name`, or with a number behind it when it is among `taken`, to which it is added. */
export function uniqueName(name: string, taken: Set<string>): string {
  let unique = name;
  for (let number = 2; taken.has(unique); number += 1) unique = `${name}-${String(number)}`;
  taken.add(unique);
  return unique;
}
