/** What is left of an object once the keys that hold undefined are left out. */
export type WithoutUndefined<Value> = {
  readonly [Key in keyof Value as undefined extends Value[Key] ? Key : never]?: Exclude<
    Value[Key],
    undefined
  >;
} & { readonly [Key in keyof Value as undefined extends Value[Key] ? never : Key]: Value[Key] };

/** A copy without the keys that hold undefined: absent and undefined are not the same to optional properties. */
export function withoutUndefined<Value extends object>(value: Value): WithoutUndefined<Value> {
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries) as WithoutUndefined<Value>;
}
