/** Made once, by the build. */
export const dynamic = 'force-static'

/** What the reference looks like, and that it calls nobody but us: no fonts, no proxy, no assistant, no statistics. */
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

/** The API reference: a page by itself, whose one script reads the document that the API makes of its own routes. */
export function GET(): Response {
  const configuration = JSON.stringify(CONFIGURATION).replaceAll('&', '&amp;').replaceAll('"', '&quot;')
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
    <noscript>The reference needs JavaScript. The document itself does not: <a href="/api/openapi.json">/api/openapi.json</a></noscript>
    <script id="api-reference" type="application/json" data-url="/api/openapi.json" data-configuration="${configuration}"></script>
    <script src="/docs/api/reference.js"></script>
  </body>
</html>
`
  return new Response(page, { headers: { 'content-type': 'text/html; charset=utf-8' } })
}
