import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Figure } from './ports.ts';

export interface Metrics {
  answered(method: string, route: string, status: number, seconds: number): void;
  /** Prometheus' text, with the engine's figures of this moment. */
  text(figures: readonly Figure[]): Promise<string>;
  readonly contentType: string;
}

/** A registry of its own for each app: the library's global one would mix two servers of one process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'How long requests took until their answer began',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers: [registry],
  });
  const gauges = new Map<string, Gauge>();

  const gaugeOf = ({ name, help, labels = {} }: Figure): Gauge => {
    let gauge = gauges.get(name);
    if (!gauge) {
      gauge = new Gauge({ name, help, labelNames: Object.keys(labels), registers: [registry] });
      gauges.set(name, gauge);
    }
    return gauge;
  };

  return {
    contentType: registry.contentType,
    answered: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
    async text(figures) {
      for (const gauge of gauges.values()) gauge.reset();
      for (const figure of figures) gaugeOf(figure).set({ ...figure.labels }, figure.value);
      return registry.metrics();
    },
  };
}
