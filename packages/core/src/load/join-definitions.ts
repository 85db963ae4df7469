import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Located } from '../diagnostics/source.js';
import type { DeploymentFile } from '../domain/deployment-file.js';

const nouns = { services: 'service', jobs: 'job', charts: 'chart', sharedVolumes: 'shared volume' } as const;

/** The definitions of both, those of `file` first. A name that both define is a mistake in `more`, and `file` keeps it. */
export function joinDefinitions(
  file: DeploymentFile,
  more: DeploymentFile,
): { readonly file: DeploymentFile; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const join = <Definition extends { readonly name: Located<string> }>(
    kind: keyof typeof nouns,
    first: readonly Definition[],
    second: readonly Definition[],
  ): readonly Definition[] => {
    const known = new Map(first.map(({ name }) => [name.value, name] as const));
    const added = second.filter(({ name }) => {
      const other = known.get(name.value);
      if (other !== undefined) diagnostics.push(duplicate(nouns[kind], name, other));
      return other === undefined;
    });
    return [...first, ...added];
  };
  const joined = {
    ...file,
    services: join('services', file.services, more.services),
    jobs: join('jobs', file.jobs, more.jobs),
    charts: join('charts', file.charts, more.charts),
    sharedVolumes: join('sharedVolumes', file.sharedVolumes, more.sharedVolumes),
  };
  return { file: joined, diagnostics };
}

function duplicate(noun: string, name: Located<string>, first: Located<string>): Diagnostic {
  return {
    code: 'parse/duplicate-name',
    severity: 'error',
    message: `A second ${noun} is called "${name.value}".`,
    help: 'Names are those of one deployment, whichever of its files they stand in: rename one of the two.',
    span: name.span,
    related: [{ message: 'The first one is here.', span: first.span }],
  };
}
