/** One series of the Prometheus text format. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\n': '\n', '\\"': '"', '\\\\': '\\' };

/**
 * The series of one metric.
 *
 * @param text the whole exposition (prometheus.io/docs/instrumenting/exposition_formats)
 */
export function seriesOf(text: string, metric: string): Series[] {
  const found: Series[] = [];
  for (let at = text.indexOf(`${metric}{`); at >= 0; at = text.indexOf(`${metric}{`, at + 1)) {
    if (at > 0 && text[at - 1] !== '\n') continue;
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end < 0 ? undefined : end);
    const labels: Record<string, string> = {};
    for (const [, name, value] of line.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)) {
      if (name === undefined || value === undefined) continue;
      labels[name] = value.replaceAll(/\\[n"\\]/g, (escape) => ESCAPES[escape] ?? escape);
    }
    found.push({
      labels,
      value: Number(
        line
          .slice(line.lastIndexOf('}') + 1)
          .trim()
          .split(' ')[0],
      ),
    });
  }
  return found;
}
