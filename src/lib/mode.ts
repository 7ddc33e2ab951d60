/** Real money, or the sandbox's. A merchant, an API key and a gateway each have one for ever, and an installation serves one. */
export type Mode = 'test' | 'live'
