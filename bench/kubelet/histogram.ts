/** A histogram of Prometheus, in seconds: how many observations were at most so large, in rising order. */
export interface Histogram {
  readonly sum: number;
  readonly count: number;
  readonly buckets: readonly { readonly upTo: number; readonly count: number }[];
}

/**
 * Reads kubelet's account of successful mounts by volume plugins whose name has `plugin` from its metrics
 * (storage_operation_duration_seconds, pkg/volume/util/metrics.go).
 */
export function readMounts(metrics: string, plugin: string): Histogram {
  const lines = metrics
    .split('\n')
    .filter(
      (line) =>
        line.startsWith('storage_operation_duration_seconds_') &&
        line.includes('operation_name="volume_mount"') &&
        line.includes('status="success"') &&
        new RegExp(`volume_plugin="[^"]*${plugin}[^"]*"`).test(line),
    );
  const valueWith = (suffix: string) =>
    Number(
      lines
        .find((line) => line.startsWith(`storage_operation_duration_seconds_${suffix}{`))
        ?.split('} ')[1] ?? 0,
    );
  const buckets = lines.flatMap((line) => {
    const upTo = /_bucket\{.*le="([^"]+)"/.exec(line)?.[1];
    if (upTo === undefined) return [];
    return [
      { upTo: upTo === '+Inf' ? Number.POSITIVE_INFINITY : Number(upTo), count: Number(line.split('} ')[1]) },
    ];
  });
  return { sum: valueWith('sum'), count: valueWith('count'), buckets };
}

/** What was added since `before`. */
export function since(before: Histogram, after: Histogram): Histogram {
  const countBefore = (upTo: number) => before.buckets.find((one) => one.upTo === upTo)?.count ?? 0;
  return {
    sum: after.sum - before.sum,
    count: after.count - before.count,
    buckets: after.buckets.map(({ upTo, count }) => ({ upTo, count: count - countBefore(upTo) })),
  };
}

/** The median as Prometheus has it (histogram_quantile): linear within its bucket, which comes with it. */
export function medianOf({ count, buckets }: Histogram): { median: number; bucket: [number, number] } {
  const index = buckets.findIndex((bucket) => bucket.count >= count / 2);
  const bucket = buckets[index];
  if (bucket === undefined) throw new Error('the histogram is empty');
  const { upTo: low, count: below } = buckets[index - 1] ?? { upTo: 0, count: 0 };
  const median = low + ((count / 2 - below) / (bucket.count - below)) * (bucket.upTo - low);
  return { median, bucket: [low, bucket.upTo] };
}
