/**
 * What makes a page answer to mouse and keyboard. Plain browser JavaScript; texts from the data are only ever
 * set as textContent. Pointing at or focusing a task shows its details and what it is linked with; a click or
 * Enter keeps them; arrows move to the nearest task in that direction; / searches; Escape lets go.
 */
export const pageScript = `'use strict';
const {details, relations} = JSON.parse(document.getElementById('data').textContent);
const place = document.getElementById('picture');
const pictures = [place.firstElementChild, ...[...document.querySelectorAll('template.picture')].map(({content}) => content.firstElementChild)];
const prepared = new Set();
let root = null;
let parts = [];
let partOf = new Map();
let links = [];
const intro = document.getElementById('intro');
const panel = document.getElementById('detail');
const search = document.getElementById('search');
let kept = null;
let shown = null;

function choose() {
  const wide = (picture) => parseFloat(picture.style.minWidth) <= place.clientWidth;
  const picture = pictures.find(wide) ?? pictures.at(-1);
  if (picture === root) return;
  const focused = document.activeElement?.dataset?.task;
  root = picture;
  place.replaceChildren(root);
  parts = [...root.querySelectorAll('[data-task]')];
  partOf = new Map(parts.map((part) => [part.dataset.task, part]));
  links = [...root.querySelectorAll('.link')];
  if (!prepared.has(root)) for (const part of parts) prepare(part);
  prepared.add(root);
  focusable(partOf.get(focused) ?? parts[0]);
  if (focused !== undefined) partOf.get(focused).focus();
  mark(shown);
  find();
}

const reach = (id, side) => (relations[id]?.[side] ?? []).flatMap((next) => partOf.has(next) ? [next] : reach(next, side));

function show(id) {
  mark(id);
  if (id === shown) return;
  shown = id;
  intro.hidden = id !== null;
  panel.hidden = id === null;
  panel.replaceChildren(...(id === null ? [] : describe(details[id])));
}

function mark(id) {
  const on = new Set(id === null ? [] : [id, ...reach(id, 'before'), ...reach(id, 'after')]);
  root.classList.toggle('active', id !== null);
  for (const part of parts) part.classList.toggle('on', on.has(part.dataset.task));
  for (const link of links) link.classList.toggle('on', link.dataset.from === id || link.dataset.to === id);
}

function element(name, text, children = []) {
  const made = document.createElement(name);
  made.textContent = text;
  made.append(...children);
  return made;
}

function describe({title, facts, groups}) {
  return [
    element('h2', title),
    ...facts.map((fact) => element('div', fact)),
    ...groups.flatMap(({heading, items}) => [
      element('h3', heading),
      element('ul', '', items.map((item) => item.target === undefined ? element('li', item.text) : element('li', '', [jump(item)]))),
    ]),
  ];
}

function jump({text, target}) {
  const button = element('button', text);
  button.addEventListener('click', () => { kept = target; focusOn(partOf.get(target)); show(target); });
  return button;
}

function focusable(part) {
  for (const one of parts) one.setAttribute('tabindex', one === part ? '0' : '-1');
}

function focusOn(part) {
  focusable(part);
  part?.focus();
  part?.scrollIntoView({block: 'nearest', inline: 'nearest'});
}

function nearest(from, key) {
  const [ax, ay] = {ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1]}[key];
  const a = from.getBoundingClientRect();
  let best = null;
  let least = Infinity;
  for (const part of parts) {
    const b = part.getBoundingClientRect();
    const dx = b.x + b.width / 2 - a.x - a.width / 2;
    const dy = b.y + b.height / 2 - a.y - a.height / 2;
    const ahead = dx * ax + dy * ay;
    const aside = Math.abs(dx * ay) + Math.abs(dy * ax);
    if (part === from || ahead < 4 || aside > ahead * 2) continue;
    if (ahead + 4 * aside < least) { least = ahead + 4 * aside; best = part; }
  }
  return best;
}

function prepare(part) {
  const id = part.dataset.task;
  part.setAttribute('role', 'button');
  part.setAttribute('aria-label', details[id].title + ', ' + details[id].facts.join(', '));
  part.addEventListener('mouseenter', () => show(id));
  part.addEventListener('mouseleave', () => show(kept));
  part.addEventListener('focus', () => show(id));
  part.addEventListener('blur', ({relatedTarget}) => { if (!panel.contains(relatedTarget)) show(kept); });
  part.addEventListener('click', () => { kept = kept === id ? null : id; focusOn(part); show(kept); });
  part.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') { kept = kept === id ? null : id; show(id); }
    else if (event.key.startsWith('Arrow')) { const next = nearest(part, event.key); if (next !== null) focusOn(next); }
    else return;
    event.preventDefault();
  });
}

function find() {
  const words = search.value.trim().toLowerCase();
  root.classList.toggle('searching', words !== '');
  for (const part of parts) part.classList.toggle('hit', words !== '' && part.dataset.task.toLowerCase().includes(words));
}

new ResizeObserver(choose).observe(place);
choose();
search.addEventListener('input', find);
search.addEventListener('keydown', (event) => {
  if (event.key === 'Enter') focusOn(parts.find((part) => part.classList.contains('hit')) ?? parts[0]);
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') { kept = null; search.value = ''; find(); document.activeElement?.blur(); show(null); }
  else if (event.key === '/' && document.activeElement !== search) { search.focus(); event.preventDefault(); }
});
`;
