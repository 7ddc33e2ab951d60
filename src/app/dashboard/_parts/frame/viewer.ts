/** The signed-in operator. */
export interface Viewer {
  name: string
  email: string
  sandbox: boolean
  /** Events of Stripe are received here. */
  inbox: boolean
  /** The merchant's own, a name of the IANA database. */
  timeZone: string | null
}
