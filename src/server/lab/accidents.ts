/** Where an accident strikes: the steps of one payment in their order, and what can go wrong at any moment. */
export const PLACES = [
  { id: 'request', name: 'The request arrives' },
  { id: 'claim', name: 'The key is claimed' },
  { id: 'ask', name: 'The bank is asked' },
  { id: 'bank', name: 'The bank charges' },
  { id: 'asked', name: 'The bank has answered' },
  { id: 'store', name: 'The answer is stored' },
  { id: 'answer', name: 'The client is answered' },
  { id: 'anywhere', name: 'At any moment' },
] as const

export type PlaceId = (typeof PLACES)[number]['id']

/** An accident as the lab's page offers it. */
export interface OfferedAccident {
  /** As `npm run chaos -- --only` knows it. */
  id: string
  place: PlaceId
  /** Completes “What goes wrong”. */
  fault: string
  /** The naive handler has this step too. Most of what it has not is the claim, the lease or the stored answer. */
  naive: boolean
}

/** No accident: a run in which only the client presses. */
export const NO_ACCIDENT = 'none'

const at = (id: string, place: PlaceId, fault: string, naive = true): OfferedAccident => ({
  id,
  place,
  fault,
  naive,
})

/** The accidents of `npm run chaos` in plain words, one for each; a test compares both lists. */
export const OFFERED: readonly OfferedAccident[] = [
  at('S0', 'request', 'The server is killed before it has done anything'),
  at('N7b', 'claim', 'The connection to the database is cut before the claim is sent', false),
  at('N7a', 'claim', 'The connection to the database is cut after the claim was sent', false),
  at('S1', 'claim', 'The server is killed when the claim is committed', false),
  at('N10a', 'claim', 'The server stops for longer than its lease, then goes on', false),
  at('S2', 'ask', 'The server is killed before the request leaves'),
  at('S3', 'ask', 'The server is killed when the request is on its way'),
  at('N9', 'ask', 'The bank refuses the connection'),
  at('G6', 'ask', 'The bank is busy (429)'),
  at('G3b', 'ask', 'The bank fails (500) without charging'),
  at('G1', 'ask', 'The bank stays silent and does not charge'),
  at('G2', 'bank', 'The bank charges and stays silent'),
  at('G3', 'bank', 'The bank charges and answers 500'),
  at('G10', 'bank', 'The bank charges, and its answer breaks off'),
  at('G7', 'bank', 'The bank takes 0.7 s'),
  at('G4', 'bank', 'The bank charges twice for one request'),
  at('G8', 'bank', 'The bank charges another amount'),
  at('G9', 'bank', 'The bank declines the card'),
  at('G12', 'bank', 'The bank is killed'),
  at('S4', 'asked', 'The server is killed'),
  at('N10b', 'asked', 'The server stops for longer than its lease, then goes on'),
  at('N7b2', 'store', 'The connection to the database is cut before the answer is sent', false),
  at('S5', 'store', 'The server is killed while it stores the answer', false),
  at('S6', 'store', 'The server is killed when the answer was sent to the database', false),
  at('N7a2', 'store', 'The connection to the database is cut after the answer was sent', false),
  at('S7', 'store', 'The server is killed when the answer is stored', false),
  at('S8', 'answer', 'The server is killed when half of the answer is written'),
  at('N2', 'answer', 'The answer is lost on its way'),
  at('N5', 'anywhere', 'The connection to the database is dead for 2 s'),
  at('D1', 'anywhere', 'The database restarts (fast)'),
  at('D2', 'anywhere', 'The database restarts (immediate)'),
  at('D3', 'anywhere', 'Half of the database’s connections are terminated'),
  at('J4', 'anywhere', 'A worker is killed', false),
]
