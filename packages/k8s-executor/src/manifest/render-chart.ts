import path from 'node:path';
import type { ChartDefinition, Checked } from '@flotilla/core';
import type { Manifest } from './parse-manifests.js';
import { pathArgument } from './render-kustomize.js';
import { renderWithProgram } from './render-program.js';
import type { RunProgram } from './run-program.js';

/** The objects of a chart, CRDs included, by `helm template`. Tests of the chart are left out: they are no part of a release. */
export function renderChart(
  chart: ChartDefinition,
  options: { readonly directory: string; readonly namespace: string; readonly runProgram: RunProgram },
): Promise<Checked<readonly Manifest[]>> {
  const folder = chartArgument(chart.directory?.value ?? chart.name.value);
  const values = chart.values.flatMap((file) => ['--values', pathArgument(file.value)]);
  const flags = ['--namespace', options.namespace, '--include-crds', '--skip-tests'];
  return renderWithProgram(
    {
      commands: [{ program: 'helm', args: ['template', chart.name.value, folder, ...flags, ...values] }],
      directory: options.directory,
      what: `the chart ${chart.name.value}`,
      install: 'Install helm (https://helm.sh/docs/intro/install) and put it on the PATH.',
      span: chart.directory?.span ?? chart.name.span,
    },
    options.runProgram,
  );
}

/** A folder that helm takes for one: without `./` it looks for the repository `charts` when `charts/web` is not there. */
function chartArgument(folder: string): string {
  return path.isAbsolute(folder) || folder.startsWith('.') || folder.includes('://') ? folder : `./${folder}`;
}
