// Charts, drawn so that they follow the theme and can be read aloud.

import * as React from 'react';

/** A line of a chart: what it is called, and its values, null where there is none. */
export interface ILine {
  name: string;
  values: (number | null)[];
}

const WIDTH = 280;
const HEIGHT = 60;

/**
 * Lines over time; at are their times in milliseconds. Lines differ in colour and in dashes.
 * The label says what is shown, and what it is just now.
 */
export function Lines(props: { label: string; at: number[]; lines: ILine[]; format: (v: number) => string }): JSX.Element {
  const { at, lines, format } = props;
  const top = Math.max(...lines.flatMap(l => l.values.map(v => v ?? 0)), 0);
  const end = at.length ? at[at.length - 1] : 0;
  const begin = at.length ? Math.min(at[0], end - 60_000) : 0;
  const x = (t: number) => (WIDTH * (t - begin)) / Math.max(end - begin, 1);
  const y = (v: number) => HEIGHT - 2 - ((HEIGHT - 6) * v) / (top || 1);
  return (
    <svg className="nf-Lines" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={props.label}>
      <line className="nf-axis" x1={0} x2={WIDTH} y1={HEIGHT - 2} y2={HEIGHT - 2} />
      {lines.map((line, i) => (
        <path key={line.name} className={`nf-line nf-line-${i}`} d={path(line.values, at, x, y)} />
      ))}
      {top > 0 && (
        <text className="nf-top" x={2} y={10}>
          {format(top)}
        </text>
      )}
    </svg>
  );
}

/** A path through the values, broken where there are none. */
function path(values: (number | null)[], at: number[], x: (t: number) => number, y: (v: number) => number): string {
  let d = '';
  let open = false;
  values.forEach((v, i) => {
    if (v === null) {
      open = false;
      return;
    }
    d += `${open ? 'L' : 'M'}${x(at[i]).toFixed(1)} ${y(v).toFixed(1)}`;
    open = true;
  });
  return d;
}

/** What lines are called, beside their values just now. */
export function Legend(props: { lines: ILine[]; format: (v: number) => string }): JSX.Element {
  return (
    <ul className="nf-Legend">
      {props.lines.map((line, i) => {
        const now = line.values[line.values.length - 1] ?? null;
        return (
          <li key={line.name}>
            <svg viewBox="0 0 16 4" aria-hidden="true">
              <path className={`nf-line nf-line-${i}`} d="M0 2L16 2" />
            </svg>
            {line.name} <b>{now === null ? '–' : props.format(now)}</b>
          </li>
        );
      })}
    </ul>
  );
}

/** A bar of a share, with a mark where another is that it is compared with. */
export function Bar(props: { label: string; share: number; mark?: number; alarm?: boolean }): JSX.Element {
  const percent = (v: number) => `${(100 * Math.min(Math.max(v, 0), 1)).toFixed(1)}%`;
  return (
    <div className={`nf-Bar${props.alarm ? ' nf-mod-alarm' : ''}`} role="img" aria-label={props.label} title={props.label}>
      <div className="nf-Bar-fill" style={{ width: percent(props.share) }} />
      {props.mark !== undefined && <div className="nf-Bar-mark" style={{ left: percent(props.mark) }} />}
    </div>
  );
}
