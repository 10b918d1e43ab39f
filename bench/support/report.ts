/** The figures of a benchmark, as rows of a Markdown table: `npm run bench -- all --write` puts them into docs/figures.md. */

export interface Figure {
  what: string;
  measured: string;
  /** What the same machine took in the same run without coda. */
  beside?: string;
  /** The bound. */
  wanted?: string;
}

export class Report {
  private readonly figures: Figure[] = [];

  /** Adds a figure and shows it on stderr, while the benchmark goes on. */
  add(what: string, measured: string, { beside = '', wanted = '' }: Partial<Figure> = {}): void {
    this.figures.push({ what, measured, beside, wanted });
    process.stderr.write(`${what}: ${measured}${wanted && ` (${wanted})`}${beside && `, beside ${beside}`}\n`);
  }

  table(): string {
    const rows = this.figures.map(
      ({ what, measured, beside, wanted }) => `| ${what} | ${measured} | ${beside} | ${wanted} |`,
    );
    return ['| | measured | beside it | wanted |', '| --- | --- | --- | --- |', ...rows].join('\n');
  }

  /** Prints the table to stdout. */
  print(): void {
    console.log(this.table());
  }
}
