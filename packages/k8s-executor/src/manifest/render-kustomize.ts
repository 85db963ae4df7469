import type { Checked, Located } from '@flotilla/core';
import type { Manifest } from './parse-manifests.js';
import { renderWithProgram } from './render-program.js';
import type { RunProgram } from './run-program.js';

/** The objects of a kustomization, by `kubectl kustomize` or else `kustomize build`. */
export function renderKustomize(
  kustomization: Located<string>,
  options: { readonly directory: string; readonly runProgram: RunProgram },
): Promise<Checked<readonly Manifest[]>> {
  // `./` keeps a folder called `-x` from being read as a flag.
  const folder = pathArgument(kustomization.value);
  return renderWithProgram(
    {
      commands: [
        { program: 'kubectl', args: ['kustomize', folder] },
        { program: 'kustomize', args: ['build', folder] },
      ],
      directory: options.directory,
      what: `the kustomization ${kustomization.value}`,
      install:
        'Install kubectl (https://kubernetes.io/docs/tasks/tools) or kustomize, and put it on the PATH.',
      span: kustomization.span,
    },
    options.runProgram,
  );
}

/** A path that no program takes for a flag. */
export function pathArgument(path: string): string {
  return path.startsWith('-') ? `./${path}` : path;
}
