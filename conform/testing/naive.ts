import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** Two naive servers. Tried by hand they look right; both charge twice. */
export interface Naive {
  url: string
  charges: string[]
  close(): Promise<void>
}

/** Accepts the header, and ignores it. */
export function openForgetful(): Promise<Naive> {
  return open(async (_, charge) => charge())
}

/** Checks whether the key is known, and if not, charges and stores the answer: two requests that check at the same time both charge. */
export function openCheckThenAct(): Promise<Naive> {
  const answers = new Map<string, string>()
  return open(async (key, charge) => {
    await pause(10)
    const known = answers.get(key)
    if (known !== undefined) return known
    const answer = await charge()
    answers.set(key, answer)
    return answer
  })
}

async function open(
  answerTo: (key: string, charge: () => Promise<string>) => Promise<string>,
): Promise<Naive> {
  const charges: string[] = []
  const charge = async () => {
    await pause(10)
    charges.push(`ch_${charges.length + 1}`)
    return JSON.stringify({ id: charges.at(-1) })
  }
  const server = http.createServer((request, response) => {
    request.resume().on('end', () => {
      void answerTo(String(request.headers['idempotency-key']), charge).then((body) =>
        response.writeHead(201).end(body),
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    charges,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
