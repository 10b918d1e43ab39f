/** Amounts of days as bars, drawn when it is first seen. */
import { useEffect, useRef } from 'preact/hooks';
import { shortDay } from '../app/format.ts';

interface ChartProps {
  label: string;
  /** Days as `2026-11-28`, the oldest first. */
  days: readonly string[];
  values: readonly number[];
  /** An amount as words. */
  format: (value: number) => string;
  /** Called with the day whose bar is pressed; by keyboard, the caller offers a field. */
  onPick?: (day: string) => void;
}

const HEIGHT = 160;

export function BarChart({ label, days, values, format, onPick }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const pick = useRef(onPick);
  pick.current = onPick;
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let isGone = false;
    let resize = () => {};
    const color = (name: string) => getComputedStyle(element).getPropertyValue(name);
    void import('uplot').then(({ default: Plot }) => {
      if (isGone) return;
      const bars = Plot.paths.bars?.({ size: [0.7] });
      const axis = { stroke: color('--faint'), grid: { stroke: color('--line') }, ticks: { show: false } };
      const plot = new Plot(
        {
          width: element.clientWidth,
          height: HEIGHT,
          legend: { show: false },
          cursor: { show: false },
          scales: {
            // Half a day more on both sides, so that the first and the last bar stand whole.
            x: { time: false, range: [-0.5, days.length - 0.5] },
            y: { range: (_, _low, high) => [0, Math.max(high, 0.01)] },
          },
          axes: [
            { ...axis, grid: { show: false }, values: (_, at) => at.map((index) => shortDay(days[index])) },
            { ...axis, size: 64, values: (_, all) => all.map(format) },
          ],
          series: [{}, { fill: color('--accent'), ...(bars && { paths: bars }), points: { show: false } }],
        },
        [days.map((_, index) => index), [...values]],
        element,
      );
      plot.over.addEventListener('click', ({ offsetX }) => {
        const day = days[plot.posToIdx(offsetX)];
        if (day !== undefined) pick.current?.(day);
      });
      resize = () => plot.setSize({ width: element.clientWidth, height: HEIGHT });
      addEventListener('resize', resize);
    });
    return () => {
      isGone = true;
      removeEventListener('resize', resize);
      element.replaceChildren();
    };
  }, [days.join(), values.join()]);
  const most = Math.max(...values, 0);
  const words = `${label}: at most ${format(most)} a day, ${format(values.at(-1) ?? 0)} on the last.`;
  return <div class={onPick ? 'chart picked' : 'chart'} role="img" aria-label={words} ref={box} />;
}
