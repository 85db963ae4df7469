import { builtInDurations, type ExpectedDurations } from '../../domain/rehearsal.js';
import type { TaskKind } from '../../domain/ids.js';
import type { Plan } from '../../domain/plan.js';
import { longestChains } from '../../domain/longest-chain.js';
import { formatDuration } from '../format-duration.js';
import { countKinds, isBarrier, kindNouns, taskKinds } from '../plan-view.js';
import { plural } from '../text-layout.js';
import { drawPlan, kindIcons, planCss, type PlanPicture } from './draw-plan.js';
import { layoutPlan } from './layout-plan.js';
import { metrics } from './geometry.js';
import { markup, shrinkable, trusted, type Markup } from './markup.js';
import { textWidth } from './text-width.js';
import { pictureCss } from './theme.js';

export interface PictureOptions {
  /** What the critical path is measured with; the built-in durations when left out. */
  readonly durations?: ExpectedDurations;
}

/** All styles that a drawn plan needs. */
export const pictureStyle = `${pictureCss()}\n${planCss}`;

/**
 * The plan as an SVG picture that stands alone: it needs no script, font or file, and follows the viewer's
 * preference for light or dark.
 */
export function composePlanSvg(plan: Plan, options: PictureOptions): string {
  return `${drawPicture(pictureOf(plan, options, svgWidth), { head: true }).markup}\n`;
}

// What a README on a code host shows without shrinking it much.
const svgWidth = 1040;

/** The plan laid out about `width` pixels wide, with its critical path. */
export function pictureOf(plan: Plan, { durations }: PictureOptions, width: number): PlanPicture {
  const expected: ExpectedDurations = durations ?? (({ kind }) => builtInDurations[kind]);
  const critical = longestChains(plan, expected);
  return {
    plan,
    layout: layoutPlan(plan, width),
    critical,
    durations: durations === undefined ? 'built-in' : 'given',
  };
}

/** The svg element; with `head` it carries its own title, signs and styles, else the page around it does. */
export function drawPicture(picture: PlanPicture, { head }: { readonly head: boolean }): Markup {
  const { plan, layout } = picture;
  const top = head ? 0 : metrics.head - 36;
  const legend = head ? legendRow(plan, layout.width) : { rows: 0, signs: markup`` };
  const height = layout.height + legend.rows * legendLine + (head ? 10 : 0);
  const style = head
    ? markup`<style>${trusted(pictureStyle)}</style><rect class="page" width="100%" height="100%"/>`
    : markup``;
  const title = markup`<text class="title" x="${metrics.margin}" y="34">${plan.name} · ${plan.workflow}</text>
<text class="muted small" x="${metrics.margin}" y="53">${subtitleOf(picture)}</text>`;
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${layout.width}" height="${height - top}" viewBox="0 ${top} ${layout.width} ${height - top}" role="${head ? 'img' : 'group'}" aria-label="${`${plan.name}, workflow ${plan.workflow}`}"${head ? '' : shrinkable(layout.width)}>
${style}${head ? title : ''}
${drawPlan(picture)}
<g transform="translate(0 ${layout.height + 6})">${legend.signs}</g>
</svg>`;
}

/** How large the plan is and how long its longest chain, in one line. */
export function subtitleOf({ plan, critical, durations }: PlanPicture): string {
  const size = `${plural(plan.tasks.length, 'task')} (${countKinds(plan.tasks)}) in ${plural(plan.steps.length, 'step')}`;
  const measured = durations === 'built-in' ? ' by default durations' : '';
  return `${size} · critical path ${formatDuration(critical.lengthMs)}${measured}`;
}

/** The signs that a plan's picture uses, each drawn into 32 × 24 pixels. */
export function legendItems(plan: Plan): readonly { readonly sign: Markup; readonly text: string }[] {
  const kinds = taskKinds.filter((kind) => plan.tasks.some((task) => task.kind === kind));
  const floats = plan.tasks.some((task) => !task.waitForFinish);
  return [
    ...kinds.map((kind) => ({ sign: kindSign(kind), text: kindNouns[kind] })),
    ...(plan.steps.some((step) => isBarrier(plan, step))
      ? [{ sign: markup`<path class="barrier" d="M7 12h18"/>`, text: 'waits for the whole step' }]
      : []),
    ...(floats
      ? [
          {
            sign: markup`<rect class="band floats" x="3" y="4" width="26" height="16" rx="5"/>`,
            text: 'not waited for',
          },
        ]
      : []),
    {
      sign: markup`<g class="card critical"><rect class="box" x="3" y="4" width="26" height="16" rx="5"/></g>`,
      text: 'critical path',
    },
  ];
}

function kindSign(kind: TaskKind): Markup {
  return markup`<g class="card ${kind}" transform="translate(-8 -10)">${kindIcons[kind]}</g>`;
}

const legendLine = 26;

function legendRow(plan: Plan, width: number): { readonly rows: number; readonly signs: Markup } {
  let x = metrics.bandX - 6;
  let row = 0;
  const signs = legendItems(plan).map(({ sign, text }) => {
    const room = 38 + textWidth(text, 11) + 12;
    if (x + room > width && x > metrics.bandX) {
      x = metrics.bandX - 6;
      row += 1;
    }
    const drawn = markup`<g transform="translate(${x} ${row * legendLine})">${sign}<text class="muted small" x="36" y="16">${text}</text></g>`;
    x += room;
    return drawn;
  });
  return { rows: row + 1, signs: markup`${signs}` };
}
