import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import type { RunEvent } from '../domain/event.js';
import { builtInDurations } from '../domain/rehearsal.js';
import type { Plan } from '../domain/plan.js';
import { rehearsePlan } from '../execute/rehearse-plan.js';
import { buildPlan } from '../testing/build-plan.js';
import { createRecordingSink } from '../testing/recording-sink.js';
import { composePlanHtml } from './picture/plan-html.js';
import { composePlanSvg } from './picture/plan-svg.js';
import { planToDot } from './plan-dot.js';
import { planToMermaid } from './plan-mermaid.js';
import { planToText } from './plan-text.js';
import { composeTimelineHtml } from './timeline/timeline-html.js';
import { composeTimelineSvg } from './timeline/timeline-svg.js';
import { timelineToText } from './timeline/timeline-text.js';

const nasty = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'; DROP",
  '</svg>',
  '</script><script>',
  ']]>',
  '&amp;',
  '"]; end; click n0 "javascript:alert(1)"',
  'a -> b; }',
  '\\',
  '\\"',
  '#quot;',
  '${x}',
  '%%{init: {}}%%',
  '\u001b[2J',
  'line\nbreak',
  '\u0000',
  '\ud800',
  '日本語 🚢',
];
const name = fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }));
const names = fc.uniqueArray(name, { minLength: 3, maxLength: 3 });

function planNamed([one, two, three]: readonly string[]): Plan {
  const plan = buildPlan([
    { name: `${one}`, tasks: [{ id: `services.${one}` }, { id: `jobs.${two}`, haltOnError: true }] },
    {
      name: `${two}`,
      tasks: [
        { id: `charts.${three}`, needs: [`services.${one}`] },
        { id: `services.${three}`, waitForFinish: false },
      ],
    },
  ]);
  return { ...plan, name: `${three}`, workflow: `${one}` };
}

function rehearse(plan: Plan): readonly RunEvent[] {
  const { sink, events } = createRecordingSink();
  rehearsePlan(plan, { defaults: builtInDurations, tasks: new Map() }, { sink });
  return events;
}

/** The names of the elements in order, each with its attributes' names. Throws where the XML is not well-formed. */
function structureOf(xml: string): readonly string[] {
  const parser = new SaxesParser();
  const found: string[] = [];
  parser.on('opentag', (tag) => found.push([tag.name, ...Object.keys(tag.attributes)].join(' ')));
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(xml).close();
  return found;
}

const plain = planNamed(['one', 'two', 'three']);

describe('whatever the names are', () => {
  test('the pictures are well-formed XML of the same elements', () => {
    const planElements = structureOf(composePlanSvg(plain, {}));
    const timelineElements = structureOf(composeTimelineSvg(rehearse(plain), {}));
    expect(planElements).toContain('svg xmlns width height viewBox role aria-label');
    fc.assert(
      fc.property(names, (some) => {
        const plan = planNamed(some);
        expect(structureOf(composePlanSvg(plan, {}))).toEqual(planElements);
        expect(structureOf(composeTimelineSvg(rehearse(plan), {}))).toEqual(timelineElements);
      }),
      { numRuns: 150 },
    );
  });

  test('the pages have our script, our data and nothing else that runs', () => {
    fc.assert(
      fc.property(names, (some) => {
        const plan = planNamed(some);
        for (const html of [composePlanHtml(plan, {}), composeTimelineHtml(rehearse(plan), {})]) {
          expect(html.match(/<script/gi)).toHaveLength(2);
          expect(html).not.toMatch(/<(img|iframe|object|embed|link(?! rel="icon" href="data:,">))/i);
          expect(html).not.toMatch(/https?:\/\/(?!www\.w3\.org\/2000\/svg")/);
          const [, data = ''] =
            /<script type="application\/json" id="data">([^]*?)<\/script>/.exec(html) ?? [];
          expect(Object.keys((JSON.parse(data) as { details: object }).details)).toEqual(
            plan.tasks.map(({ id }) => id),
          );
        }
      }),
      { numRuns: 150 },
    );
  });

  test('Mermaid has one statement a line, with names only inside quoted labels', () => {
    const shape = (text: string) => text.replace(/"[^"\n]*"/g, '""').split('\n');
    fc.assert(
      fc.property(names, (some) => {
        expect(shape(planToMermaid(planNamed(some)))).toEqual(shape(planToMermaid(plain)));
      }),
    );
  });

  test('DOT has one statement a line, with names only inside quotes', () => {
    const shape = (text: string) => text.replace(/"(?:[^"\\\n]|\\[^\n])*"/g, '""').split('\n');
    fc.assert(
      fc.property(names, (some) => {
        expect(shape(planToDot(planNamed(some)))).toEqual(shape(planToDot(plain)));
      }),
    );
  });

  test('text for terminals holds no control character', () => {
    fc.assert(
      fc.property(names, (some) => {
        const plan = planNamed(some);
        for (const text of [
          planToText(plan, { color: false }),
          timelineToText(rehearse(plan), { color: false }),
        ])
          expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});
