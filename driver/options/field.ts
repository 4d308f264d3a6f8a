/**
 * How one written value is read. By hand and not by zod, as every mount reads options: building zod's schemas takes
 * 5 ms of CPU and 7 MB, which is more than kubelet's directory, mounts and files together.
 */
export type Field<Value, Written = unknown> = (written: Written) => Read<Value>;

/** What a written value means; or what is wrong with it, as the end of a sentence that begins with its name. */
type Read<Value> = { readonly value: Value; readonly fault?: never } | { readonly fault: string };

/** What a field reads. */
export type ValueOf<Reader> = Reader extends (written: never) => Read<infer Value> ? Value : never;

/** A text of which `faultOf` says what is wrong with it, or undefined. */
export function checked(faultOf: (text: string) => string | undefined): Field<string, string> {
  return (text) => {
    const fault = faultOf(text);
    return fault === undefined ? { value: text } : { fault };
  };
}

/** A text of this shape. */
export function matching(shape: RegExp, fault: string): Field<string, string> {
  return checked((text) => (shape.test(text) ? undefined : fault));
}

/** The same with another meaning of what is right. */
export function meaning<From, To, Written>(
  field: Field<From, Written>,
  mean: (value: From) => To,
): Field<To, Written> {
  return (written) => {
    const read = field(written);
    return read.fault === undefined ? { value: mean(read.value) } : read;
  };
}
