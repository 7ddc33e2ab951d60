/**
 * Turns values into what JSON can hold, and back: superjson, or another one that tRPC takes. A record that was stored with one is read with
 * the same one, so a type that it learns (`registerCustom`) stays registered as long as answers are kept.
 */
export interface Transformer {
  serialize(value: unknown): unknown
  // biome-ignore lint/suspicious/noExplicitAny: each transformer has its own serialised form
  deserialize(value: any): unknown
}

/** The text that is stored for a value: `body` of an answer. */
export function storedText(value: unknown, transformer: Transformer): string {
  return JSON.stringify(transformer.serialize(value)) ?? 'null'
}

/** The value of a stored text, with the types that it had. */
export function storedValue(text: string, transformer: Transformer): unknown {
  return transformer.deserialize(JSON.parse(text))
}

/** @throws TypeError for what is not a transformer, with what to write instead */
export function checkTransformer(caller: string, transformer: unknown): void {
  if (transformer === undefined) return
  const { serialize, deserialize } = (transformer ?? {}) as Partial<Transformer>
  if (typeof serialize !== 'function' || typeof deserialize !== 'function')
    throw new TypeError(
      `${caller}: \`transformer\` has \`serialize\` and \`deserialize\`, as superjson has. Write \`transformer: superjson\`, or leave it out: then an answer is JSON.`,
    )
}
