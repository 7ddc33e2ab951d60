import { decimal, isCurrency } from '@/lib/money'

/** A value of a CSV file. A bigint and a `Figure` are numbers of our own, and written as they are. */
export type CsvCell = string | bigint | Date | null | Figure

/** A decimal number, such as `-24.00`. */
export class Figure {
  /** @throws RangeError for text that is no number: it would get past the rule for formulas */
  constructor(readonly text: string) {
    if (!/^-?\d+(\.\d+)?$/.test(text)) throw new RangeError(`${text} is not a decimal number`)
  }
}

/** U+FEFF, so that a spreadsheet reads the file as UTF-8. */
export const BYTE_ORDER_MARK = '\ufeff'

/** An amount: exact in units of the currency (empty for a currency that we do not know), in its minor units, and the currency. */
export function moneyCells(minor: bigint, currency: string): [CsvCell, bigint, string] {
  return [isCurrency(currency) ? new Figure(decimal(minor, currency)) : null, minor, currency]
}

/** A line of a CSV file (RFC 4180). */
export function csvLine(values: readonly CsvCell[]): string {
  return `${values.map(cell).join(',')}\r\n`
}

function cell(value: CsvCell): string {
  if (value === null) return ''
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Figure) return value.text
  return text(value instanceof Date ? value.toISOString() : value)
}

/**
 * What a spreadsheet reads as a formula, also after spaces and in full width, as some languages type it. It gets a quote before it (OWASP, CSV
 * injection).
 */
const FORMULA = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/

function text(content: string): string {
  const safe = FORMULA.test(content) ? `'${content}` : content
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
