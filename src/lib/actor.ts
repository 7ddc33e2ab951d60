/** Who acts, from where, and in which request. */
export interface Actor {
  /** `operator:<id>`, `key:<id>`, `shopper:<id>`, `worker:<name>` or `system`. */
  name: string
  /** IP address by trusted proxies; null for a job of our own. */
  address: string | null
  requestId: string | null
}
