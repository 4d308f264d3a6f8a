import { isDeepStrictEqual } from 'node:util';

/**
 * What the front answers otherwise than Node, with the input: among thousands that are the same it would not be found.
 * @param inputs by kind; a script answers under the same names, in the same order
 */
export function differences(
  inputs: Readonly<Record<string, readonly unknown[]>>,
  { node, front }: { readonly node: unknown; readonly front: unknown },
): unknown[] {
  return Object.entries(inputs).flatMap(([kind, list]) =>
    list.flatMap((input, index) => {
      const [expected, found] = [node, front].map(
        (answers) => (answers as Readonly<Record<string, unknown[]>>)[kind]?.[index],
      );
      const isSame = expected !== undefined && isDeepStrictEqual(expected, found);
      return isSame ? [] : [{ kind, input, expected, found }];
    }),
  );
}
