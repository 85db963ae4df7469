/** What a theme colours. Each text colour has a contrast of at least 4.5 on each background it stands on. */
const light = {
  page: '#ffffff',
  band: '#f6f8fa',
  card: '#ffffff',
  line: '#d0d7de',
  text: '#1f2328',
  muted: '#57606a',
  rail: '#6e7781',
  service: '#0969da',
  job: '#8250df',
  chart: '#1a7f37',
  removal: '#cf222e',
  critical: '#bc4c00',
  halt: '#cf222e',
  good: '#1a7f37',
  warn: '#9a6700',
  bad: '#cf222e',
};

const dark: typeof light = {
  page: '#0d1117',
  band: '#161b22',
  card: '#21262d',
  line: '#3d444d',
  text: '#e6edf3',
  muted: '#a3acb6',
  rail: '#8b949e',
  service: '#79b8ff',
  job: '#d2a8ff',
  chart: '#56d364',
  removal: '#ff938a',
  critical: '#ffa657',
  halt: '#ff938a',
  good: '#56d364',
  warn: '#e3b341',
  bad: '#ff938a',
};

export const fontFamily =
  'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** The colours as CSS variables under `selector`, for light and dark by what the viewer prefers. */
function themeCss(selector: string): string {
  const rule = (theme: typeof light) =>
    `${selector}{${Object.entries(theme)
      .map(([name, value]) => `--${name}:${value}`)
      .join(';')}}`;
  return `${rule(light)}@media (prefers-color-scheme:dark){${rule(dark)}}`;
}

/** What is common to all pictures: text, cards and lines by class. */
export function pictureCss(): string {
  return [
    themeCss(':root'),
    `text{font-family:${fontFamily};fill:var(--text)}`,
    '.muted{fill:var(--muted)}',
    '.small{font-size:11px}',
    '.name{font-size:13px;font-weight:600}',
    '.title{font-size:20px;font-weight:700}',
    '.page{fill:var(--page)}',
  ].join('\n');
}
