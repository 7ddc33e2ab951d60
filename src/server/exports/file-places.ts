/** How many may do something at once in this process. */
export class FilePlaces {
  private taken = 0

  constructor(private readonly max: number) {}

  /** A place, as the function that frees it (once, however often it is called); null: all are taken. */
  take(): (() => void) | null {
    if (this.taken >= this.max) return null
    this.taken += 1
    let mine = true
    return () => {
      if (mine) this.taken -= 1
      mine = false
    }
  }
}
