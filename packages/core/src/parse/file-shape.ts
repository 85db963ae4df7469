import { nodeSelector, quantity, resourceRange } from './container-shape.js';
import { chart, graceTime, job, service } from './definition-shapes.js';
import { mapping, optional, required } from './mapping-shape.js';
import { asWritten, integer, word } from './scalar-shape.js';
import { list, located, type ValueOf } from './shape.js';
import { workflow } from './workflow-shape.js';

const parameter = mapping({
  noun: 'a parameter',
  keys: {
    name: required(located(word), 'Its name: strings use it as ${parameters.<name>}.'),
    default: optional(asWritten, 'Its value when --param does not give one.'),
    description: optional(asWritten, 'What it is for.'),
    type: optional(asWritten, 'Its type, for people.'),
  },
  ignored: { values: 'What it may be' },
});

const sharedVolume = mapping({
  noun: 'a shared volume',
  keys: {
    name: required(located(word), 'Its name: volumes use it as `claim`.'),
    size: optional(quantity, 'How large it is, e.g. 40Gi; default 10Gi.'),
  },
  ignored: { type: "Release's kind of disk" },
});

const infrastructure = mapping({
  noun: 'an infrastructure',
  keys: { name: required(located(word), 'Its name: workflows list it as `infrastructure.<name>`.') },
  ignored: {
    type: 'What provisions it, e.g. terraform',
    directory: 'Where its files lie',
    values: 'Its variables',
  },
});

const defaults = mapping({
  noun: 'resources',
  keys: {
    cpu: optional(resourceRange, 'Processor time of services and jobs that give none.'),
    memory: optional(resourceRange, 'Memory of services and jobs that give none.'),
    replicas: optional(integer({ from: 0 }), 'Copies of services that give none; default 1.'),
  },
});

const grace = mapping({
  noun: 'grace times',
  keys: {
    image_not_found: optional(graceTime, 'The registry says that an image is not there; default 30 s.'),
    image_pull: optional(graceTime, 'An image cannot be pulled for any other reason; default 120 s.'),
    crash_loop: optional(
      graceTime,
      'A container crashes again and again, three restarts at least, without a ready pod in between; default 30 s.',
    ),
    missing_config: optional(
      graceTime,
      'A Secret or ConfigMap that a pod needs does not exist; default 30 s.',
    ),
    claim_unbound: optional(graceTime, 'A claim gets no volume; default 120 s.'),
    no_room: optional(
      graceTime,
      'No node has room and no scale-up is announced, or a quota refuses pods; default 120 s.',
    ),
    webhook_silent: optional(
      graceTime,
      'An admission or conversion webhook does not answer when an object is tried or applied; default 30 s.',
    ),
  },
});

/** The whole file. */
export const deploymentFile = mapping({
  noun: 'a deployment file',
  extensible: true,
  keys: {
    name: optional(word, "The deployment's identity in the cluster; default: `app`, else the folder's name."),
    app: optional(word, "The deployment's identity when there is no `name`."),
    namespace: optional(word, 'The namespace to deploy to when --namespace does not say.'),
    kube_context: optional(
      located(word),
      'The kube context this file may be deployed to; another needs --context.',
    ),
    grace: optional(
      grace,
      'How long what often heals must last before it fails a task; --grace goes before it.',
    ),
    include: optional(
      list(located(word)),
      'Other files, relative to this one, whose services, jobs, charts and shared volumes are deployed as if they stood here: one workflow for several projects.',
    ),
    domain: optional(word, 'What ${domain} stands for.'),
    parameters: optional(
      list(parameter),
      'Values that --param can set; strings use them as ${parameters.<name>}.',
    ),
    resources: optional(defaults, 'Defaults for all services and jobs.'),
    node_selector: optional(
      nodeSelector,
      'Labels of the nodes to run on, for services and jobs that give none.',
    ),
    shared_volumes: optional(list(sharedVolume), 'Disks that several services and jobs mount by `claim`.'),
    infrastructure: optional(
      list(infrastructure),
      'What Release provisions by Terraform. Flotilla leaves it out of workflows, with a warning.',
    ),
    services: optional(list(service), 'What runs for as long as the deployment exists.'),
    jobs: optional(list(job), 'What runs to its end.'),
    charts: optional(list(chart), 'Helm charts.'),
    workflows: optional(
      list(workflow),
      'In what order tasks run; without it everything at once, by depends_on.',
    ),
  },
  ignored: {
    app_imports: 'Other apps that Release brings up with this one',
    auto_deploy: 'Whether Release deploys on push',
    builds: 'Images that Release builds',
    context: "Release's name of the cluster",
    cron_jobs: 'Cron jobs of Release',
    custom_links: 'Links that Release shows',
    development_environment: "Release's remote development",
    environment_templates: "Release's kinds of environments",
    execution_type: 'Whether Release runs a server',
    git_fetch_depth: 'How much history Release fetches',
    hostnames: 'Host names that Release gives to services',
    ingress: "Settings of Release's ingress",
    mode: 'Deprecated in Release',
    notifications: 'Whom Release tells',
    parallelize_app_imports: 'Whether Release brings up imported apps at once',
    repo_name: 'The repository that Release watches',
    routes: 'Routes that Release makes',
    rules: "Rules of Release's ingress",
    s3_volumes: 'Buckets that Release mounts',
    service_accounts: 'Service accounts that Release makes',
    tracking_branch: 'The branch that Release follows',
    tracking_tag: 'The tag that Release follows',
  },
});

export type DeploymentFileRead = ValueOf<typeof deploymentFile>;
