/** A balance at an instant; between two of them it does not change. */
export interface ChartPoint {
  at: string
  balance: number | string
}

export interface ChartBox {
  width: number
  height: number
  /** Room for the labels above and below. */
  top: number
  bottom: number
}

/** A balance over time as a line of steps, in the units of the drawing. */
export interface BalanceChart {
  line: string
  area: string
  /** Where zero lies. */
  zero: number
  least: bigint
  most: bigint
}

/** Pure. Zero is always in the drawing, so that its heights can be compared. @param until where the last balance ends */
export function balanceChart(points: readonly ChartPoint[], until: string, box: ChartBox): BalanceChart {
  const balances = points.map(({ balance }) => BigInt(balance))
  const sorted = [0n, ...balances].toSorted((a, b) => (a < b ? -1 : 1))
  const [least = 0n, most = 0n] = [sorted[0], sorted.at(-1)]
  const [begin, end] = [Date.parse(points[0]?.at ?? until), Date.parse(until)]
  const x = (at: string) => round(((Date.parse(at) - begin) / Math.max(end - begin, 1)) * box.width)
  const y = (balance: bigint) => {
    const range = most - least || 1n
    return round(
      box.top + (Number(((most - balance) * 10_000n) / range) / 10_000) * (box.height - box.top - box.bottom),
    )
  }
  const steps = points.map(
    ({ at }, index) =>
      `${index === 0 ? 'M' : 'H'}${x(at)}${index === 0 ? ` ${y(balances[0] ?? 0n)}` : `V${y(balances[index] ?? 0n)}`}`,
  )
  const line = points.length === 0 ? '' : `${steps.join('')}H${round(box.width)}`
  const zero = y(0n)
  return { line, area: line && `${line}V${zero}H0Z`, zero, least, most }
}

const round = (value: number) => Math.round(Math.min(Math.max(value, 0), 10_000) * 10) / 10
