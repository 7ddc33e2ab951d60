/** Distances of two marks, in ms: 1, 2, 5 of each power of ten up to seconds; then what clocks show. */
const DISTANCES = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000,
  600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 21_600_000, 43_200_000, 86_400_000,
]
/** Spaces between marks. 5: labels of them have room on a phone. */
const SPACES_MAX = 5

export interface AxisMark {
  /** Milliseconds after the begin. */
  ms: number
  label: string
}

/** Marks of an axis that begins at 0, in a unit of which people speak: `200 ms`, `5 s`, `2 min`. @param lengthMs above 0 */
export function axisMarks(lengthMs: number): AxisMark[] {
  const days = Math.ceil(lengthMs / 86_400_000 / SPACES_MAX)
  const distance = DISTANCES.find((one) => lengthMs / one <= SPACES_MAX) ?? days * 86_400_000
  return Array.from({ length: Math.floor(lengthMs / distance) + 1 }, (_, index) => ({
    ms: index * distance,
    label: index === 0 ? '0' : markLabel(index * distance, distance),
  }))
}

function markLabel(ms: number, distance: number): string {
  if (distance < 1_000) return ms < 10_000 ? `${ms} ms` : `${ms / 1_000} s`
  if (distance < 60_000) return ms < 120_000 ? `${ms / 1_000} s` : `${ms / 60_000} min`
  if (distance < 3_600_000) return `${ms / 60_000} min`
  return distance < 86_400_000 ? `${ms / 3_600_000} h` : `${ms / 86_400_000} d`
}
