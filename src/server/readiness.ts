import { type Db, takesWrites } from '@/platform/db'

/** Whether a proxy should send requests to this process (`GET /api/ready`). */
export class Readiness {
  private leaving = false

  constructor(private readonly db: Db) {}

  /** From now on not ready, while requests are still answered: a proxy learns that it should send no more. */
  leave(): void {
    this.leaving = true
  }

  /** Not with a database that only reads, such as the old primary after a failover: every payment would be refused. */
  async isReady(): Promise<boolean> {
    return !this.leaving && (await takesWrites(this.db))
  }
}
