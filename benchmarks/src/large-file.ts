/** A flotilla file with `tasks` services in `steps` steps; every tenth depends on its neighbour, so that steps are no plain barriers. */
export function largeFile(tasks: number, steps: number): string {
  const names = Array.from({ length: tasks }, (_, index) => `s${index}`);
  const perStep = Math.ceil(tasks / steps);
  const services = names.map((name, index) => {
    const dependsOn = index % 10 === 1 ? `, depends_on: [s${index - 1}]` : '';
    return `  - {name: ${name}, image: "registry.example/${name}:1"${dependsOn}}`;
  });
  const workflow = Array.from({ length: steps }, (_, step) => {
    const members = names.slice(step * perStep, (step + 1) * perStep).map((name) => `services.${name}`);
    return `      - {step: step-${step}, tasks: [${members.join(', ')}]}`;
  });
  const head = ['name: large', 'services:', ...services, 'workflows:', '  - name: setup', '    parallelize:'];
  return [...head, ...workflow, ''].join('\n');
}
