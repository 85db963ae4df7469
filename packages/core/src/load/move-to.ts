import { posix } from 'node:path';
import type { Located } from '../diagnostics/source.js';
import type {
  ChartDefinition,
  Container,
  DeploymentFile,
  JobDefinition,
  ObjectSource,
  ServiceDefinition,
} from '../domain/deployment-file.js';
import { withoutUndefined } from '../parse/without-undefined.js';

/** The file with every path in it as seen from another folder, in which the file's own is `folder`. */
export function moveTo(file: DeploymentFile, folder: string): DeploymentFile {
  return {
    ...file,
    services: file.services.map((service) => moveDefinition(service, folder)),
    jobs: file.jobs.map((job) => moveDefinition(job, folder)),
    charts: file.charts.map((chart) => moveChart(chart, folder)),
  };
}

function moveDefinition<Definition extends ServiceDefinition | JobDefinition>(
  definition: Definition,
  folder: string,
): Definition {
  return {
    ...definition,
    source: moveSource(definition.source, folder),
    container: moveContainer(definition.container, folder),
  };
}

function moveSource(source: ObjectSource, folder: string): ObjectSource {
  switch (source.kind) {
    case 'manifests':
      return { kind: 'manifests', patterns: source.patterns.map((pattern) => moved(pattern, folder)) };
    case 'kustomize':
      return { kind: 'kustomize', directory: moved(source.directory, folder) };
    case 'inline':
    case 'static':
      return source;
  }
}

function moveContainer(container: Container, folder: string): Container {
  return {
    ...container,
    configFiles: container.configFiles.map((file) => ({ ...file, repoPath: moved(file.repoPath, folder) })),
  };
}

function moveChart(chart: ChartDefinition, folder: string): ChartDefinition {
  return withoutUndefined({
    ...chart,
    directory: chart.directory && moved(chart.directory, folder),
    values: chart.values.map((values) => moved(values, folder)),
  });
}

function moved(path: Located<string>, folder: string): Located<string> {
  return { ...path, value: posix.isAbsolute(path.value) ? path.value : posix.join(folder, path.value) };
}
