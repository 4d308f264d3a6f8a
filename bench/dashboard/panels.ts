import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Prometheus, SCRAPE_SECONDS, type Series } from './prometheus.ts';

/** A panel of the dashboard with what its queries gave. */
export interface ShownPanel {
  readonly title: string;
  readonly type: 'timeseries' | 'stat' | 'table';
  readonly unit: string;
  readonly isStacked: boolean;
  /** In Grafana's grid, 24 columns wide. */
  readonly at: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly series: readonly (Series & { readonly name: string })[];
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly type: ShownPanel['type'];
    readonly gridPos: ShownPanel['at'];
    readonly targets: readonly {
      readonly expr: string;
      readonly legendFormat: string;
      readonly instant?: boolean;
    }[];
    readonly fieldConfig: {
      readonly defaults: { readonly unit: string; readonly custom?: { readonly stacking?: object } };
    };
  }[];
}

const file = join(import.meta.dirname, '../../charts/keyvault-flexvol/files/dashboard.json');

/** Has Prometheus answer the queries of the chart's dashboard, for all nodes. Times in seconds. */
export async function askForPanels(
  prometheus: Prometheus,
  start: number,
  end: number,
): Promise<ShownPanel[]> {
  const { panels } = JSON.parse(readFileSync(file, 'utf8')) as Dashboard;
  const variables: Readonly<Record<string, string>> = {
    // As Grafana has it: four scrapes
    $__rate_interval: `${4 * SCRAPE_SECONDS}s`,
    $__range: `${Math.round(end - start)}s`,
    $instance: '.*',
  };
  const shown: ShownPanel[] = [];
  for (const { title, type, gridPos, targets, fieldConfig } of panels) {
    const series = [];
    for (const { expr, legendFormat, instant } of targets) {
      const query = expr.replaceAll(/\$\w+/g, (name) => variables[name] ?? name);
      const found = instant ? await prometheus.at(query, end) : await prometheus.range(query, start, end);
      for (const one of found) {
        const name = legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => one.labels[label] ?? '');
        series.push({ ...one, name });
      }
    }
    const { unit, custom } = fieldConfig.defaults;
    shown.push({ title, type, unit, isStacked: custom?.stacking !== undefined, at: gridPos, series });
  }
  return shown;
}
