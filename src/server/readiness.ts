import { type Db, hasDiskSpace, takesWrites } from '@/platform/db'

/** 5 s: the database's disk is tried by writing to it, which takes it some milliseconds, and anybody may ask whether we are ready. */
const SPACE_MS = 5_000

/** Whether a proxy should send requests to this process (`GET /api/ready`). */
export class Readiness {
  private leaving = false
  private hadSpaceAt = Number.NEGATIVE_INFINITY

  /** @param now milliseconds of a clock that only goes forward */
  constructor(
    private readonly db: Db,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** From now on not ready, while requests are still answered: a proxy learns that it should send no more. */
  leave(): void {
    this.leaving = true
  }

  /** Not with a database that only reads, such as the old primary after a failover, or whose disk is full: every payment would be refused. */
  async isReady(): Promise<boolean> {
    return !this.leaving && (await takesWrites(this.db)) && (await this.hasSpace())
  }

  /** Without space it looks each time, so that it is ready again at once. */
  private async hasSpace(): Promise<boolean> {
    if (this.now() - this.hadSpaceAt < SPACE_MS) return true
    if (!(await hasDiskSpace(this.db))) return false
    this.hadSpaceAt = this.now()
    return true
  }
}
