/** Seeded random numbers (mulberry32): the same seed gives the same accidents in the same order. */
export function chance(seed: number) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    below: (limit: number) => Math.floor(next() * limit),
    shuffled: <T>(all: readonly T[]): T[] => {
      const rest = [...all]
      return all.map(() => rest.splice(Math.floor(next() * rest.length), 1)[0] as T)
    },
  }
}

export type Chance = ReturnType<typeof chance>
