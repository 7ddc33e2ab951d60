/** Rendered for each request: its script carries the nonce of the response. */
export const dynamic = 'force-dynamic'

/** Scalar's configuration: our look, and no requests to other hosts (no fonts, proxy, assistant or telemetry). */
const CONFIGURATION = {
  withDefaultFonts: false,
  hideClientButton: true,
  hiddenClients: [],
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: 'never',
  documentDownloadType: 'json',
  metaData: { title: 'API reference – Payonce' },
}

/** The API reference: a page of its own with one script, which reads the generated OpenAPI document. */
export function GET(request: Request): Response {
  const nonce = escaped(request.headers.get('x-nonce') ?? '')
  const configuration = escaped(JSON.stringify(CONFIGURATION))
  const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>API reference – Payonce</title>
    <link rel="icon" href="/icon.svg">
    <link rel="stylesheet" href="/docs-api.css">
  </head>
  <body>
    <nav class="back" aria-label="Payonce"><a href="/docs">← Guide</a> <a href="/api/openapi.json">OpenAPI document</a></nav>
    <noscript>The reference needs JavaScript. The OpenAPI document does not: <a href="/api/openapi.json">/api/openapi.json</a></noscript>
    <script id="api-reference" type="application/json" data-url="/api/openapi.json" data-configuration="${configuration}"></script>
    <script src="/docs/api/reference.js" nonce="${nonce}"></script>
  </body>
</html>
`
  return new Response(page, { headers: { 'content-type': 'text/html; charset=utf-8' } })
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
