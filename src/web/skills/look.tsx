/** A look at a skill's files: what it may do, findings, and lines that are not as they were. */
import { Empty } from '../parts/page.tsx';

interface Finding {
  level: string;
  file: string;
  line: number;
  why: string;
}

export function May({ may }: { may: readonly string[] }) {
  if (may.length === 0) return <Empty>Nothing beside what its words tell a model.</Empty>;
  return (
    <ul class="bullets">
      {may.map((each) => (
        <li key={each}>{each}</li>
      ))}
    </ul>
  );
}

export function Findings({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <ul class="list section" aria-label="Findings">
      {findings.map(({ level, file, line, why }) => (
        <li key={`${file}:${line} ${why}`} class="row">
          <span class={`tag ${level === 'block' || level === 'high' ? 'bad' : 'warn'}`}>{level}</span>
          <span class="what">{why}</span>
          <code>
            {file}:{line}
          </code>
        </li>
      ))}
    </ul>
  );
}

/** A unified difference. */
export const ChangedLines = ({ lines }: { lines: string }) => (
  <pre class="diff">
    {lines.split('\n').map((line, at) => {
      if (line.startsWith('+')) return <ins key={at}>{`${line}\n`}</ins>;
      return line.startsWith('-') ? <del key={at}>{`${line}\n`}</del> : `${line}\n`;
    })}
  </pre>
);
