import { nearest } from '../diagnostics/nearest.js';
import type { Problem, Report } from '../diagnostics/report.js';
import type { Located } from '../diagnostics/source.js';

/** What a file gives names to. */
export type NameKind = 'services' | 'jobs' | 'charts' | 'sharedVolumes' | 'workflows' | 'parameters';

/** The names that a file defines, for checking those it uses. */
export interface FileNames {
  readonly report: Report;
  has(kind: NameKind, name: string): boolean;
  /** Records a definition; a second one of the same name is reported. */
  define(kind: NameKind, name: Located<string>): void;
  /** Reports a name that nothing of its kind has; `help` instead of the nearest one when there is better to say. */
  expect(kind: NameKind, name: Located<string>, help?: string): void;
}

/** Each unknown name is compared with every known one: a file full of them must not take minutes. */
const hintsMax = 100;

const namesListedMax = 8;

const nounOf: Readonly<Record<NameKind, string>> = {
  services: 'service',
  jobs: 'job',
  charts: 'chart',
  sharedVolumes: 'shared volume',
  workflows: 'workflow',
  parameters: 'parameter',
};

/** Names of the kinds `unread` are not checked: their section is there, but is misspelt or no list (reported). */
export function createFileNames(report: Report, unread: ReadonlySet<NameKind>): FileNames {
  const defined = new Map<string, Map<string, Located<string>>>();
  let hintsLeft = hintsMax;
  const namesOf = (kind: NameKind): Map<string, Located<string>> => {
    const names = defined.get(kind) ?? new Map<string, Located<string>>();
    defined.set(kind, names);
    return names;
  };
  return {
    report,
    has: (kind, name) => namesOf(kind).has(name),
    define(kind, name) {
      const first = namesOf(kind).get(name.value);
      if (first === undefined) namesOf(kind).set(name.value, name);
      else report.add(duplicateName(nounOf[kind], name, first));
    },
    expect(kind, name, help) {
      if (unread.has(kind) || namesOf(kind).has(name.value)) return;
      const near = hintsLeft-- > 0 ? nearest(name.value, namesOf(kind).keys()) : undefined;
      report.add({
        code: 'parse/unknown-name',
        message: `No ${nounOf[kind]} is called "${name.value}".`,
        help: help ?? (near === undefined ? listNames(kind, namesOf(kind)) : `Did you mean "${near}"?`),
        span: name.span,
      });
    },
  };
}

function duplicateName(noun: string, name: Located<string>, first: Located<string>): Problem {
  return {
    code: 'parse/duplicate-name',
    message: `A second ${noun} is called "${name.value}".`,
    help: 'Rename or remove one of the two.',
    span: name.span,
    related: [{ message: 'The first one is here.', span: first.span }],
  };
}

function listNames(kind: NameKind, names: ReadonlyMap<string, unknown>): string {
  if (names.size === 0) return `The file defines no ${nounOf[kind]}.`;
  const some: string[] = [];
  for (const name of names.keys()) {
    if (some.length === namesListedMax) break;
    some.push(name);
  }
  return `The file defines: ${some.join(', ')}${names.size > some.length ? ', …' : ''}.`;
}
