import { isDeepStrictEqual } from 'node:util';

/**
 * What the runtime answers otherwise than Node, with the input: among thousands that are the same it would not be found.
 * @param inputs by kind; a script answers under the same names, in the same order
 */
export function differences(
  inputs: Readonly<Record<string, readonly unknown[]>>,
  { node, runtime }: { readonly node: unknown; readonly runtime: unknown },
): unknown[] {
  return Object.entries(inputs).flatMap(([kind, list]) =>
    list.flatMap((input, index) => {
      const [expected, found] = [node, runtime].map(
        (answers) => (answers as Readonly<Record<string, unknown[]>>)[kind]?.[index],
      );
      const isSame = expected !== undefined && isDeepStrictEqual(expected, found);
      return isSame ? [] : [{ kind, input, expected, found }];
    }),
  );
}
