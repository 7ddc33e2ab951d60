import type { ReactNode } from 'react'
import { cx } from './cx'

/*
 * A table. Below 768 px each row becomes a card: the `primary` cells form its first line, every other cell shows its
 * column's name. The roles are explicit because `display: block` removes a table's semantics.
 */

const AS = {
  table: { role: 'table' },
  rowgroup: { role: 'rowgroup' },
  row: { role: 'row' },
  cell: { role: 'cell' },
}

export function Table({
  caption,
  className,
  children,
}: {
  caption: string
  className?: string
  children: ReactNode
}) {
  return (
    <table
      {...AS.table}
      className={cx('block w-full border-collapse text-start text-ui md:table', className)}
    >
      <caption className="sr-only">{caption}</caption>
      {children}
    </table>
  )
}

/** The column names; on a phone each cell shows its own instead. */
export function TableHead({ children }: { children: ReactNode }) {
  return (
    <thead {...AS.rowgroup} className="hidden md:table-header-group">
      <tr {...AS.row}>{children}</tr>
    </thead>
  )
}

export function TableBody({ children }: { children: ReactNode }) {
  return (
    <tbody {...AS.rowgroup} className="block divide-y divide-line md:table-row-group">
      {children}
    </tbody>
  )
}

export function Th({
  numeric = false,
  className,
  sort,
  children,
}: {
  numeric?: boolean
  className?: string
  sort?: 'ascending' | 'descending' | 'none'
  children?: ReactNode
}) {
  return (
    <th
      scope="col"
      {...(sort ? { 'aria-sort': sort } : {})}
      className={cx(
        'whitespace-nowrap border-line border-b px-3 py-2 font-medium text-ink-3 text-xs first:ps-5 last:pe-5',
        numeric && 'text-end',
        className,
      )}
    >
      {children}
      {(sort === 'ascending' || sort === 'descending') && (
        <span aria-hidden="true"> {sort === 'ascending' ? '↑' : '↓'}</span>
      )}
    </th>
  )
}

export function Tr({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <tr
      {...AS.row}
      className={cx(
        'grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-0.5 px-4 py-3 hover:bg-muted/50 md:table-row md:p-0',
        className,
      )}
    >
      {children}
    </tr>
  )
}

/**
 * @param label the column's name, shown beside the value on a phone
 * @param primary on the card's first line, without its label
 */
export function Td({
  label,
  numeric = false,
  primary = false,
  className,
  children,
}: {
  label: string
  numeric?: boolean
  primary?: boolean
  className?: string
  children?: ReactNode
}) {
  return (
    <td
      {...AS.cell}
      data-label={label}
      className={cx(
        'max-md:[overflow-wrap:anywhere] md:table-cell md:px-3 md:py-2.5 md:align-middle md:first:ps-5 md:last:pe-5',
        primary
          ? 'flex items-center font-medium last:justify-end'
          : 'col-span-2 flex items-baseline justify-between gap-4 before:text-ink-3 before:content-[attr(data-label)] md:before:content-none',
        numeric && 'figures md:text-end',
        className,
      )}
    >
      {children}
    </td>
  )
}

/** The row of sums. */
export function TableFoot({ children }: { children: ReactNode }) {
  return (
    <tfoot {...AS.rowgroup} className="block border-line border-t-2 font-medium md:table-footer-group">
      {children}
    </tfoot>
  )
}
