interface Described {
  readonly type?: string | readonly string[];
  readonly not?: unknown;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Described>>;
  readonly required?: readonly string[];
  readonly items?: Described;
  readonly anyOf?: readonly Described[];
}

/** Keys that Release's template does not have. */
const ours = new Set(
  'name namespace kube_context grace manifests kustomize ready timeout attempts task needs tcp_socket'.split(
    ' ',
  ),
);

const intro = `<!-- Written by \`npm run docs\`; do not edit. -->

# The file

\`flotilla.yaml\`, else \`.release/application_template.yaml\`. A workflow has one of two forms: \`order_from\` lists tasks that run one
after another; \`parallelize\` lists steps that run one after another, the tasks of each side by side. A task is \`services.X\`,
\`jobs.X\`, \`charts.X\`, an \`X.all\` for those that the workflow names nowhere else, or \`release.remove_environment\`.

(+) marks what is ours alone; all else is a key of Release's application template.
`;

/** Every key of the file as Markdown, a table per mapping. */
export function formatFileFormat(schema: object): string {
  return [intro, ...formatMapping(schema, '')].join('\n');
}

function formatMapping(schema: Described, path: string): readonly string[] {
  const keys = Object.entries(schema.properties ?? {}).filter(([, key]) => key.not === undefined);
  const rows = keys.map(([name, key]) => {
    const needed = schema.required?.includes(name) === true ? ', required' : '';
    return `| \`${name}\`${isOurs(name, path) ? ' (+)' : ''} | ${typeOf(key)}${needed} | ${(key.description ?? '').replaceAll('|', '\\|').replaceAll('<', '\\<')} |`;
  });
  const title = path === '' ? '## Top level' : `## \`${path}\``;
  const table = `${title}\n\n| key | type | meaning |\n|---|---|---|\n${rows.join('\n')}\n`;
  return [
    table,
    ...keys.flatMap(([name, key]) =>
      mappingsIn(key).flatMap((inner) => formatMapping(inner, path === '' ? name : `${path}.${name}`)),
    ),
  ];
}

function isOurs(name: string, path: string): boolean {
  if (/\.(tasks|order_from)$/.test(path)) return true;
  if (/\.ready$/.test(path)) return true;
  return ours.has(name) && (name !== 'name' || path === '');
}

function mappingsIn(schema: Described): readonly Described[] {
  if (schema.properties !== undefined) return [schema];
  return [...(schema.anyOf ?? []), ...(schema.items === undefined ? [] : [schema.items])].flatMap(mappingsIn);
}

function typeOf(schema: Described): string {
  if (Array.isArray(schema.type)) return 'text';
  if (schema.enum !== undefined) return schema.enum.join(' or ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  if (schema.type === 'object') return 'mapping';
  if (schema.anyOf === undefined)
    return schema.type === 'string' ? 'text' : String(schema.type ?? 'anything');
  const types = schema.anyOf.filter(({ type }) => type !== 'null').map(typeOf);
  return types.includes('text') && types.includes('boolean') && types.length > 2
    ? 'text'
    : [...new Set(types)].join(' or ');
}
