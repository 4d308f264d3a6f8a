import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { chart, outcome } from './chart.ts';
import { promtoolProgram } from './programs.ts';

/** A query of PromQL, and where it is from. */
export interface Query {
  readonly from: string;
  /** As Prometheus gets it, Grafana's variables filled in. */
  readonly promql: string;
}

/** What a query asks of Prometheus: the selectors with their matchers, and every label that it names elsewhere. */
export interface Asked {
  readonly selectors: readonly {
    readonly metric: string;
    readonly matchers: readonly Matcher[];
  }[];
  readonly groupings: readonly string[];
}

export interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly {
      readonly refId: string;
      readonly expr: string;
      readonly legendFormat: string;
    }[];
  }[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

export const dashboard = JSON.parse(
  readFileSync(join(chart, 'files', 'dashboard.json'), 'utf8'),
) as Dashboard;

/** As Grafana would for a range of 6 hours and all nodes. */
const variables: Readonly<Record<string, string>> = {
  $__rate_interval: '2m',
  $__range: '6h',
  $instance: '.*',
};

export function queriesOfAlerts(): Query[] {
  const { groups } = parse(readFileSync(join(chart, 'files', 'alerts.yaml'), 'utf8')) as Rules;
  return groups.flatMap(({ rules }) =>
    rules.map(({ alert, expr }) => ({ from: `the alert ${alert}`, promql: expr })),
  );
}

export function queriesOfDashboard(): Query[] {
  return dashboard.panels.flatMap(({ title, targets }) =>
    targets.map(({ refId, expr }) => ({ from: `"${title}", query ${refId}`, promql: filledIn(expr) })),
  );
}

/** What a query asks for, by Prometheus' own way of writing it. @throws when Prometheus cannot parse it */
export async function asked({ promql }: Query): Promise<Asked> {
  const format = ['--experimental', 'promql', 'format', promql];
  const { succeeded, said } = await outcome(await promtoolProgram(), format);
  if (!succeeded) throw new Error(`${promql}: ${said}`);
  const selectors = [...said.matchAll(/\b(keyvault_flexvol_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, metric = '', matchers = '']) => ({
      metric,
      matchers: [...matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(
        ([, label = '', operator = '', value = '']) => ({ label, operator, value }),
      ),
    }),
  );
  const groupings = [...said.matchAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g)];
  return {
    selectors,
    groupings: groupings.flatMap(([, labels = '']) => labels.split(/,\s*/)).filter((label) => label !== ''),
  };
}

function filledIn(expr: string): string {
  const filled = expr.replaceAll(/\$\w+/g, (name) => variables[name] ?? name);
  if (filled.includes('$')) throw new Error(`${expr} has a variable that the dashboard does not have`);
  return filled;
}
