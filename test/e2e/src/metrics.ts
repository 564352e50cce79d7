/** Samples by name and labels, as they are written: `metrics['closed_total{cause="no_pong"}']`. */
export type Metrics = Record<string, number>;

/** Reads the text format of Prometheus, strictly. */
export function parse_metrics(text: string): Metrics {
  const metrics: Metrics = {};
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("# HELP ") || line.startsWith("# TYPE ")) continue;
    const [, name, value] = /^([a-z_]+(?:\{[^}]*\})?) (\S+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined || Number.isNaN(Number(value))) {
      throw new Error(`this is no line of Prometheus's format: ${line}`);
    }
    if (name in metrics) throw new Error(`${name} is there twice`);
    metrics[name] = Number(value);
  }
  return metrics;
}
