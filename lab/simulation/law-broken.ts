/** A law was broken: the simulation ends here, and its seed shows it again. */
export class LawBroken extends Error {
  override name = 'LawBroken'
}
