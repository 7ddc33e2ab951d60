/**
 * Makes a function that removes credentials from a report, since an API may echo a header in its answer. Every value given with
 * --header or --second-header is a credential, whole and in its parts (`Bearer x`, `user:password` in Basic), except those of `PUBLIC`.
 */
export function redactor(headers: readonly Record<string, string>[]): (text: string) => string {
  const secrets = headers
    .flatMap((given) => Object.entries(given))
    .filter(([name]) => !PUBLIC.includes(name.toLowerCase()))
    .flatMap(([, value]) => credentialsIn(value))
    .filter((part) => part.length >= SECRET_MIN)
    .sort((a, b) => b.length - a.length)
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
}

/** Headers whose values are no secrets. */
const PUBLIC = ['content-type', 'accept', 'origin', 'prefer', 'user-agent']
/** 6 characters: a shorter part is a word such as "Basic", which would be removed from every sentence. */
const SECRET_MIN = 6

function credentialsIn(value: string): string[] {
  const words = value.split(/[\s;,="]+/).filter((word) => !/^(bearer|basic|digest|apikey)$/i.test(word))
  const basic = /^basic\s+(\S+)/i.exec(value)?.[1]
  const decoded = basic ? Buffer.from(basic, 'base64').toString('utf8') : ''
  return [value, ...words, decoded, ...decoded.split(':')]
}
