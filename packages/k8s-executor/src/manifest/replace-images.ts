import { isJsonObject } from '../cluster/json.js';
import type { Json, JsonObject } from '../cluster/json.js';
import type { KubeObject } from '../cluster/kube-object.js';

/** What was built: by the name that manifests use, without tag, the reference to deploy instead (`registry/app@sha256:…`). */
export type Images = ReadonlyMap<string, string>;

const containerLists = ['containers', 'initContainers', 'ephemeralContainers'];

/**
 * The object with every image of a known name replaced, in whatever kind its containers stand (nx.md, Images). A tag or
 * a digest behind the name does not count: the built image is the one to deploy.
 */
export function replaceImages(object: KubeObject, images: Images): KubeObject {
  if (images.size === 0) return object;
  const { apiVersion, kind, metadata } = object;
  return { ...replaceBelow(object, images), apiVersion, kind, metadata };
}

function replaceBelow(mapping: JsonObject, images: Images): JsonObject {
  return Object.fromEntries(
    Object.entries(mapping).map(([key, value]) => [
      key,
      containerLists.includes(key) && Array.isArray(value)
        ? (value as readonly Json[]).map((container) => replaceIn(container, images))
        : replaceDeep(value, images),
    ]),
  );
}

function replaceDeep(value: Json | undefined, images: Images): Json | undefined {
  if (isJsonObject(value)) return replaceBelow(value, images);
  if (!Array.isArray(value)) return value;
  return (value as readonly Json[]).map((item) => (isJsonObject(item) ? replaceBelow(item, images) : item));
}

function replaceIn(container: Json, images: Images): Json {
  if (!isJsonObject(container)) return container;
  const { image } = container;
  const built = typeof image === 'string' ? images.get(imageName(image)) : undefined;
  return built === undefined ? container : { ...container, image: built };
}

/** `ghcr.io/acme/api` of `ghcr.io/acme/api:1.4@sha256:…`; a port is no tag. */
function imageName(image: string): string {
  const [name = ''] = image.split('@');
  return name.replace(/:[^:/]*$/, '');
}

/** Reads an `image.json`: a mapping of names to references. A sentence that says what is wrong with it, if something is. */
export function parseImages(text: string): Images | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  if (!isJsonObject(parsed)) return 'it is no mapping of image names to references';
  const images = new Map<string, string>();
  for (const [name, reference] of Object.entries(parsed)) {
    if (typeof reference !== 'string' || reference === '') return `${name} is no reference to an image`;
    images.set(name, reference);
  }
  return images;
}
