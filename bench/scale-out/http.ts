import http from 'node:http'

export interface Asked {
  port: number
  /** The installation's own name, where the port is that of one of its processes. */
  host?: string
  path: string
  /** Sent with POST. */
  body?: object | URLSearchParams
  headers?: Record<string, string>
  /** Connections that are kept; without it each request has its own. */
  agent?: http.Agent
}

export interface Answer {
  status: number
  headers: http.IncomingHttpHeaders
  body: string
}

/** One request, which is never sent again. @throws Error when no whole answer comes */
export function ask({ port, host, path, body, headers = {}, agent }: Asked): Promise<Answer> {
  const form = body instanceof URLSearchParams
  const text = body && (form ? body.toString() : JSON.stringify(body))
  return new Promise((resolve, reject) => {
    const request = http.request({
      host: '127.0.0.1',
      port,
      path,
      method: text === undefined ? 'GET' : 'POST',
      agent: agent ?? false,
      headers: {
        Host: host ?? `localhost:${port}`,
        ...(text === undefined
          ? {}
          : {
              'Content-Type': form ? 'application/x-www-form-urlencoded' : 'application/json',
              'Content-Length': String(Buffer.byteLength(text)),
            }),
        ...headers,
      },
    })
    request.on('error', reject)
    request.on('response', (response) => {
      let whole = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        whole += part
      })
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: whole }),
      )
    })
    request.end(text)
  })
}
