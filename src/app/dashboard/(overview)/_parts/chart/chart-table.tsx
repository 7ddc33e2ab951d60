import { Timestamp } from '@/ui/timestamp'
import { preventedOf } from '../../../_parts/payment-sentences'
import { type ChartBucket, SERIES } from './chart-geometry'
import { seriesLabel } from './chart-paint'

/** The chart's numbers as a table, newest first. Buckets without any attempt or charge are left out. */
export function ChartTable({ buckets }: { buckets: readonly ChartBucket[] }) {
  const busy = buckets
    .filter((bucket) => SERIES.some((series) => bucket[series] > 0) || bucket.charges > 0)
    .toReversed()
  return (
    <details className="mt-3 text-ui">
      <summary className="w-fit cursor-pointer rounded-sm text-link">Show as table</summary>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label="Attempts to pay and charges as a table"
        className="mt-3 max-h-80 overflow-auto rounded-md border border-line"
      >
        <table className="figures w-full border-collapse text-right">
          <caption className="sr-only">Attempts to pay by outcome, and charges, newest first</caption>
          <thead className="sticky top-0 bg-surface text-ink-3 text-xs">
            <tr>
              <th scope="col" className="px-3 py-2 text-left font-medium">
                From
              </th>
              {[...SERIES.map(seriesLabel), 'Charges', 'Prevented'].map((word) => (
                <th key={word} scope="col" className="px-3 py-2 font-medium">
                  {word}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {busy.map((bucket) => (
              <tr key={bucket.at}>
                <th scope="row" className="px-3 py-1.5 text-left font-normal">
                  <Timestamp at={bucket.at} seconds={false} />
                </th>
                {[
                  ...SERIES.map((series) => ({ name: series as string, n: bucket[series] })),
                  { name: 'charges', n: bucket.charges },
                  { name: 'prevented', n: preventedOf(bucket) },
                ].map(({ name, n }) => (
                  <td key={name} className={n === 0 ? 'px-3 py-1.5 text-ink-3' : 'px-3 py-1.5'}>
                    {n}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}
