// Writes the chart's README anew from the comments in values.yaml and README.md.gotmpl.
import { chart, outcome } from './chart.ts';
import { helmDocsProgram } from './programs.ts';

const made = await outcome(
  await helmDocsProgram(),
  ['--sort-values-order', 'file', '--log-level', 'error'],
  chart,
);
if (!made.succeeded) throw new Error(made.said);
