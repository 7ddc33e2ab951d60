/** A law of the simulation was broken. The run ends, and its seed and path replay it. */
export class LawBroken extends Error {
  override name = 'LawBroken'
}
