import { pictureCss } from './theme.js';

type Theme = Readonly<Record<string, string>>;

function readThemes(): readonly Theme[] {
  return [...pictureCss().matchAll(/:root\{([^}]*)\}/g)].map(
    ([, rule = '']) => Object.fromEntries(rule.split(';').map((one) => one.slice(2).split(':'))) as Theme,
  );
}

/** Relative luminance as WCAG 2 defines it. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((left, right) => left - right);
  return (high + 0.05) / (low + 0.05);
}

const backgrounds = ['page', 'band', 'card'];

test('there is a light and a dark theme with the same colours', () => {
  const [light, dark, ...more] = readThemes();
  expect(more).toEqual([]);
  expect(Object.keys(dark ?? {})).toEqual(Object.keys(light ?? {}));
  expect(luminance(light?.['page'] ?? '')).toBeGreaterThan(0.9);
  expect(luminance(dark?.['page'] ?? '')).toBeLessThan(0.02);
});

test.each(['text', 'muted', 'warn', 'halt', 'bad', 'service'])(
  '%s can be read on every background',
  (name) => {
    for (const theme of readThemes())
      for (const background of backgrounds)
        expect(contrast(theme[name] ?? '', theme[background] ?? '')).toBeGreaterThanOrEqual(4.5);
  },
);

test.each(['rail', 'service', 'job', 'chart', 'removal', 'critical', 'good', 'bad', 'warn'])(
  '%s can be told from every background',
  (name) => {
    for (const theme of readThemes())
      for (const background of backgrounds)
        expect(contrast(theme[name] ?? '', theme[background] ?? '')).toBeGreaterThanOrEqual(3);
  },
);
