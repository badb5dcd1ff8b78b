// The script of the page of a run; it runs in a browser and reads what page-data.ts has written.
(() => {
  'use strict';
  /** @type {(id: string) => HTMLElement} */
  const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
  /** @type {(id: string) => HTMLSelectElement} */
  const control = (id) => /** @type {HTMLSelectElement} */ (document.getElementById(id));
  /** @type {import('./page-data.ts').PageData} */
  const data = JSON.parse(at('data').textContent);
  const ROW = 28;
  /** Rows beyond the window, so that scrolling shows no gaps. */
  const AROUND = 4;
  const MOST_ENTRIES = 200;
  const MOST_PRINTED = 200;
  /** Bars of less are drawn together with their neighbors. In pixels. */
  const NARROW = 2;
  const BAD = new Set(['failed', 'unreachable', 'interrupted']);
  /** The worse, the higher: it gives a narrow bar its color. */
  const RANK = ['skipped', 'ok', 'unknown', 'changed', 'ignored', 'rescued', 'interrupted', 'unreachable', 'failed'];

  const make = (name, className, text) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const duration = (ms) => {
    if (ms < 10000) return `${(ms / 1000).toFixed(1)} s`;
    const seconds = Math.round(ms / 1000);
    if (seconds < 60) return `${seconds} s`;
    const minutes = Math.floor(seconds / 60);
    return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  };
  const statusOf = (result) => data.statuses[data.status[result]];

  function group(column, count) {
    /** @type {number[][]} */
    const groups = Array.from({ length: count }, () => []);
    column.forEach((index, result) => groups[index].push(result));
    return groups;
  }
  function counts(results) {
    const found = new Map();
    for (const result of results) found.set(statusOf(result), (found.get(statusOf(result)) ?? 0) + 1);
    return found;
  }
  function summed(results) {
    const found = [...counts(results)].toSorted(([one], [other]) => RANK.indexOf(other) - RANK.indexOf(one));
    return found.map(([status, count]) => `${count} ${status}`).join(', ');
  }

  const rowOf = (row) => ({
    place: '',
    play: '',
    longest: 0,
    ...row,
    sum: summed(row.results),
    statuses: new Set(row.results.map(statusOf)),
  });
  const hosts = group(data.host, data.hosts.length).map((results, index) =>
    rowOf({
      kind: 'host',
      title: data.hosts[index],
      results: results.toSorted((one, other) => data.start[one] - data.start[other]),
    }),
  );
  const tasks = group(data.task, data.tasks.length).map((results, index) => {
    const [play, title, place] = data.tasks[index];
    const longest = results.reduce((most, one) => Math.max(most, data.took[one]), 0);
    return rowOf({ kind: 'task', title, place, play: data.plays[play], results, longest });
  });
  const slowest = tasks.toSorted((one, other) => other.longest - one.longest);
  const longestTask = Math.max(1, slowest[0]?.longest ?? 1);
  const textOf = (row) => `${row.title} ${row.place}`.toLowerCase();
  /** Hosts are found by the names of their tasks with a change or failure too. */
  const tasksOf = (row) =>
    row.results
      .map((one) => (row.kind === 'host' ? textOf(tasks[data.task[one]]) : data.hosts[data.host[one]]))
      .join('\n');

  let rows = hosts;
  let active = 0;
  let isPrinting = false;

  function choose() {
    const view = control('view').value;
    const only = control('only').value;
    const words = control('search').value.trim().toLowerCase();
    const all = view === 'hosts' ? hosts : view === 'tasks' ? tasks : slowest;
    rows = all.filter(
      (row) =>
        (only === '' || row.statuses.has(only)) &&
        (words === '' || textOf(row).includes(words) || (row.kind === 'host' && tasksOf(row).includes(words))),
    );
    active = 0;
    at('window').scrollTop = 0;
    at('count').textContent = `${rows.length} of ${all.length} ${view === 'hosts' ? 'hosts' : 'tasks'}`;
    drawAxis(view === 'hosts' ? data.span : longestTask);
    draw();
  }

  function drawAxis(span) {
    const ticks = make('span');
    const approximate = data.isApproximate ? '≈ ' : '';
    for (const part of [0, 0.25, 0.5, 0.75, 1]) ticks.append(make('span', '', approximate + duration(span * part)));
    at('axis').replaceChildren(ticks);
  }

  /** Only what is in the window, and a little around it. */
  function draw() {
    const list = at('rows');
    const frame = at('window');
    const first = isPrinting ? 0 : Math.max(0, Math.floor(frame.scrollTop / ROW) - AROUND);
    const visible = Math.ceil(frame.clientHeight / ROW) + 2 * AROUND;
    const last = Math.min(rows.length, isPrinting ? MOST_PRINTED : first + visible);
    const focused = list.contains(document.activeElement);
    list.style.height = isPrinting ? 'auto' : `${rows.length * ROW}px`;
    list.replaceChildren(...rows.slice(first, last).map((row, index) => rowElement(row, first + index)));
    if (focused) focusActive();
  }

  function rowElement(row, index) {
    const item = make('li');
    item.style.top = `${index * ROW}px`;
    item.setAttribute('aria-posinset', index + 1);
    item.setAttribute('aria-setsize', rows.length);
    const button = make('button');
    button.type = 'button';
    button.tabIndex = index === active ? 0 : -1;
    button.dataset.index = index;
    const name = make('span', 'name', row.title);
    if (row.place) name.append(' ', make('span', 'place', row.place));
    const sum = row.kind === 'host' ? row.sum : `${duration(row.longest)}, ${row.sum}`;
    const track = make('span', 'track');
    track.setAttribute('aria-hidden', 'true');
    if (row.kind === 'host') track.append(...bars(row));
    else track.append(...shares(row));
    button.append(name, make('span', 'sum', sum), track);
    button.title = `${row.title}: ${sum}`;
    item.append(button);
    return item;
  }

  /** As long as the task took on the slowest host; colored by how many results have each status. */
  function shares(row) {
    const length = row.longest / longestTask;
    let before = 0;
    return [...counts(row.results)].map(([status, count]) => {
      const from = before;
      before += (count / row.results.length) * length;
      return bar(status, from, before);
    });
  }

  const worst = (statuses) => statuses.reduce((one, other) => (RANK.indexOf(other) > RANK.indexOf(one) ? other : one));

  function bar(status, from, to) {
    const element = make('i', status);
    element.style.left = `${(from * 100).toFixed(2)}%`;
    element.style.width = `${(Math.max(0, to - from) * 100).toFixed(2)}%`;
    return element;
  }

  function bars(row) {
    const least = NARROW / Math.max(200, at('window').clientWidth - 500);
    const drawn = [];
    let open;
    for (const result of row.results) {
      const from = data.start[result] / data.span;
      const to = (data.start[result] + data.took[result]) / data.span;
      const status = statusOf(result);
      if (open !== undefined && from < open.from + least && to < open.from + 2 * least) {
        open.to = Math.max(open.to, to);
        open.status = worst([open.status, status]);
      } else drawn.push((open = { from, to, status }));
    }
    return drawn.map(({ status, from, to }) => bar(status, from, to));
  }

  function move(index) {
    if (rows.length === 0) return;
    active = Math.min(rows.length - 1, Math.max(0, index));
    const frame = at('window');
    const top = active * ROW;
    if (top < frame.scrollTop) frame.scrollTop = top;
    else if (top + ROW > frame.scrollTop + frame.clientHeight) frame.scrollTop = top + ROW - frame.clientHeight;
    draw();
    focusActive();
  }

  function focusActive() {
    /** @type {HTMLElement | null} */
    const button = at('rows').querySelector('[tabindex="0"]');
    button?.focus({ preventScroll: true });
  }

  function open(row) {
    at('detail-title').textContent = `${row.title}: ${row.sum}`;
    const body = at('detail-body');
    const about = row.kind === 'task' ? [make('p', 'quiet', `${row.place} of the play ${row.play}`)] : [];
    body.replaceChildren(...about);
    const results = row.kind === 'host' ? row.results : row.results.toSorted(byTime);
    more(body, row, results);
    at('detail').hidden = false;
    at('detail-title').focus();
    at('detail').scrollIntoView({ block: 'nearest' });
  }
  const byTime = (one, other) => data.took[other] - data.took[one];

  function more(body, row, results) {
    for (const result of results.slice(0, MOST_ENTRIES)) body.append(entry(row, result));
    const rest = results.slice(MOST_ENTRIES);
    if (rest.length === 0) return;
    const button = make('button', '', `${rest.length} more`);
    button.type = 'button';
    button.addEventListener('click', () => {
      button.remove();
      more(body, row, rest);
    });
    body.append(button);
  }

  function entry(row, result) {
    const item = data.item[result] < 0 ? '' : ` (${data.items[data.item[result]]})`;
    const name = row.kind === 'host' ? tasks[data.task[result]].title : data.hosts[data.host[result]];
    const status = statusOf(result);
    const said = [make('span', `swatch ${status}`), `${status} · ${name}${item} · ${duration(data.took[result])}`];
    if (data.detail[result] < 0) {
      const line = make('div', 'plain');
      line.append(...said);
      return line;
    }
    const details = make('details');
    const summary = make('summary');
    summary.append(...said);
    details.append(summary);
    details.addEventListener('toggle', () => {
      if (details.open && details.children.length === 1) details.append(partsOf(result));
    });
    details.open = BAD.has(status) && row.kind === 'host';
    return details;
  }

  function partsOf(result) {
    const text = make('pre');
    text.tabIndex = 0;
    for (const [heading, content] of data.details[data.detail[result]])
      text.append(make('b', '', `${heading}:`), content.includes('\n') ? `\n${content}\n` : ` ${content}\n`);
    return text;
  }

  function close() {
    if (at('detail').hidden) return;
    at('detail').hidden = true;
    move(active);
  }

  function toggleTheme() {
    const root = document.documentElement;
    const isDark = getComputedStyle(root).colorScheme === 'dark';
    root.dataset.theme = isDark ? 'light' : 'dark';
  }

  function nextView() {
    const view = control('view');
    view.selectedIndex = (view.selectedIndex + 1) % view.options.length;
    choose();
  }

  const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
  at('rows').addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    move(active + step);
  });
  at('rows').addEventListener('click', (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest('button');
    if (button === null) return;
    active = Number(button.dataset.index);
    open(rows[active]);
  });
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') return close();
    if (/** @type {HTMLElement} */ (event.target).matches('input, select')) return;
    const actions = { '/': () => at('search').focus(), t: toggleTheme, v: nextView };
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
  at('theme').addEventListener('click', toggleTheme);
  at('close').addEventListener('click', close);
  at('search').addEventListener('input', choose);
  at('view').addEventListener('change', choose);
  at('only').addEventListener('change', choose);
  at('window').addEventListener('scroll', draw);
  window.addEventListener('resize', draw);
  window.addEventListener('beforeprint', () => {
    isPrinting = true;
    draw();
  });
  window.addEventListener('afterprint', () => {
    isPrinting = false;
    draw();
  });

  for (const status of data.statuses.filter((one) => data.status.includes(data.statuses.indexOf(one)))) {
    const entry = make('li');
    entry.append(make('span', `swatch ${status}`), status);
    at('legend').append(entry);
    const option = make('option', '', status);
    option.value = status;
    at('only').append(option);
  }
  choose();
})();
