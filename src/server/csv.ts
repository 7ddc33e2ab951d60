/** A line of a CSV file (RFC 4180). Numbers are written as they are. */
export function csvLine(values: readonly (string | bigint | Date | null)[]): string {
  return `${values.map(cell).join(',')}\r\n`
}

function cell(value: string | bigint | Date | null): string {
  if (value === null) return ''
  if (typeof value === 'bigint') return value.toString()
  return text(value instanceof Date ? value.toISOString() : value)
}

/** A text that a spreadsheet would read as a formula gets a quote before it (OWASP, CSV injection). */
function text(content: string): string {
  const safe = /^[=+\-@\t\r]/.test(content) ? `'${content}` : content
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
