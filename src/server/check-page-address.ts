import type http from 'node:http'
import { problemOfAddress } from './check-text'

/**
 * Answers a request for a page whose address is not well formed with 400, before Next reads it: Next throws for such addresses, and our
 * server would answer with an error of its own. A card number in a search field is refused too, so that it reaches no log.
 * @returns true when it has answered
 */
export function refuseBadAddress(request: http.IncomingMessage, response: http.ServerResponse): boolean {
  const detail = wrongWith(request.url ?? '')
  if (!detail) return false
  response.writeHead(400, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
  response.end(`${detail}\n`)
  return true
}

function wrongWith(url: string): string | null {
  if (!url.startsWith('/')) return 'Send the path of a page, such as /.'
  const problem = problemOfAddress(url)
  if (problem) return problem.detail
  // A browser resolves these itself. Whoever sends them wants a path that our own checks by path do not see.
  const [path = ''] = decodeURIComponent(url.split('?')[0] ?? '').split('#')
  if (path.split(/[\\/]/).some((part) => part === '.' || part === '..'))
    return 'A path may not have the parts . and ..'
  return null
}
