/**
 * The tables of figures in the README and in docs/figures.md, from what the benchmarks print.
 *
 * @typedef {{ what: string, line: string }} Row
 * @typedef {{ bench: string, rows: Row[] }} Table
 */

const BEGIN = '<!-- figures: npm run bench -- all --write -->';
const END = '<!-- /figures -->';

/**
 * The rows of the Markdown tables in `said`, without their heads.
 *
 * @param {string} said
 * @returns {Row[]}
 */
export function rowsIn(said) {
  return said.split('\n').flatMap((line) => {
    const cells = cellsOf(line);
    return cells.length === 4 && cells[0] !== '' && cells[0] !== '---' ? [{ what: cells[0] ?? '', line }] : [];
  });
}

/**
 * The README with the rows of its table as they were measured: each names its benchmark and its figure, with ✗ before what
 * misses its bound. Rows of other benchmarks stay. Throws an Error that names the rows which their benchmark does not measure.
 *
 * @param {string} page
 * @param {readonly Table[]} tables
 */
export function withFigures(page, tables) {
  const [from, to] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)];
  if (from < BEGIN.length || to < from) throw new Error(`The README has no ${BEGIN} … ${END}`);
  const unknown = /** @type {string[]} */ ([]);
  const lines = page
    .slice(from, to)
    .split('\n')
    .map((line) => {
      const [bench, what = ''] = cellsOf(line);
      const table = tables.find((each) => each.bench === bench);
      const found = table?.rows.find((row) => row.what === what);
      if (table && !found) unknown.push(`${bench}: ${what}`);
      return found ? `| ${bench} ${marked(found.line)}` : line;
    });
  if (unknown.length > 0) throw new Error(`No benchmark measures these rows of the README: ${unknown.join('; ')}`);
  return `${page.slice(0, from)}${lines.join('\n')}${page.slice(to)}`;
}

/**
 * docs/figures.md with the sections of `tables` as they were measured, in the order of the benchmarks' names.
 *
 * @param {string} page
 * @param {readonly Table[]} tables
 */
export function figuresPage(page, tables) {
  const [introduction = '', ...sections] = page.split(/\n+(?=## )/);
  const byName = new Map(sections.map((section) => [nameOf(section), section.trim()]));
  for (const { bench, rows } of tables) byName.set(bench, sectionOf(bench, rows));
  const sorted = [...byName].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, section]) => section);
  return `${[introduction, ...sorted].join('\n\n')}\n`;
}

/**
 * The row with ✗ before its figure where that misses the bound of the last column.
 *
 * @param {string} line
 */
function marked(line) {
  const [what = '', measured = '', beside = '', wanted = ''] = cellsOf(line);
  const [, sign, limit] = /([≤<≥])\s*([\d.,]+)/.exec(withoutPercentile(wanted)) ?? [];
  const [figure] = /[\d.,]+/.exec(withoutPercentile(measured)) ?? [];
  if (limit === undefined || figure === undefined) return line;
  const isMissed = sign === '≥' ? numberOf(figure) < numberOf(limit) : numberOf(figure) > numberOf(limit);
  return isMissed ? `| ${[what, `✗ ${measured}`, beside, wanted].join(' | ')} |` : line;
}

const withoutPercentile = (/** @type {string} */ cell) => cell.replace(/\bp\d+\b/g, '');

const numberOf = (/** @type {string} */ text) => Number(text.replaceAll(',', ''));

/** @param {string} page docs/figures.md */
export function tablesIn(page) {
  const [, ...sections] = page.split(/\n+(?=## )/);
  return sections.map((section) => ({ bench: nameOf(section), rows: rowsIn(section) }));
}

/** @param {string} section */
const nameOf = (section) => /^## (.+)/.exec(section)?.[1] ?? '';

/**
 * @param {string} bench
 * @param {readonly Row[]} rows
 */
const sectionOf = (bench, rows) =>
  [`## ${bench}`, '', '| | measured | beside it | wanted |', '| --- | --- | --- | --- |']
    .concat(rows.map(({ line }) => line))
    .join('\n');

/** @param {string} line */
function cellsOf(line) {
  if (!line.startsWith('|')) return [];
  return line
    .slice(1, line.lastIndexOf('|'))
    .split('|')
    .map((cell) => cell.trim());
}
