/** A request of Node's http, and so of Express. */
export interface NodeRequest extends AsyncIterable<Uint8Array> {
  method?: string | undefined
  url?: string | undefined
  /** Express: the address before a router took its part. */
  originalUrl?: string | undefined
  headers: Record<string, string | string[] | undefined>
  /** Set where a parser, such as `express.json()`, has read the body already. */
  body?: unknown
}

/** A response of Node's http, and so of Express. */
export interface NodeResponse {
  statusCode: number
  setHeader(name: string, value: string): unknown
  end(body: Uint8Array): unknown
}

/**
 * Serves a handler on web standards with Node's http or with Express. The handler gets Node's own request as its second argument.
 *
 *     app.post('/orders', nodeHandler(fetchHandler({ …, scope: (_, req: express.Request) => req.user.id })))
 *
 * What the handler throws goes to `next`, Express's way; without one it is printed and answered with 500.
 * @throws TypeError for what is not a handler
 */
export function nodeHandler<Req extends NodeRequest>(
  handle: (request: Request, req: Req) => Promise<Response>,
): (req: Req, res: NodeResponse, next?: (error: unknown) => void) => Promise<void> {
  if (typeof handle !== 'function')
    throw new TypeError('nodeHandler takes a handler: nodeHandler(fetchHandler({ … })).')
  return async (req, res, next) => {
    try {
      await send(await handle(webRequest(req), req), res)
    } catch (error) {
      if (next) return next(error)
      console.error(error)
      res.statusCode = 500
      res.end(new Uint8Array())
    }
  }
}

function webRequest(req: NodeRequest): Request {
  const { method = 'GET', originalUrl, url = '/' } = req
  const headers = new Headers()
  for (const [name, value] of Object.entries(req.headers))
    for (const one of [value ?? []].flat()) headers.append(name, one)
  const here = `http://${headers.get('Host')}`
  const address = new URL(originalUrl ?? url, URL.canParse(here) ? here : 'http://localhost')
  if (method === 'GET' || method === 'HEAD') return new Request(address, { method, headers })
  return new Request(address, { method, headers, body: bodyOf(req), duplex: 'half' } as RequestInit)
}

function bodyOf(req: NodeRequest): BodyInit {
  const { body } = req
  if (body === undefined) return streamOf(req)
  return typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body)
}

/** Cancelling reads no further and leaves the connection open: a body that is too large gets its answer. */
function streamOf(req: NodeRequest): ReadableStream<Uint8Array> {
  const chunks = req[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
}

async function send(response: Response, res: NodeResponse): Promise<void> {
  const body = new Uint8Array(await response.arrayBuffer())
  res.statusCode = response.status
  for (const [name, value] of response.headers) res.setHeader(name, value)
  res.end(body)
}
