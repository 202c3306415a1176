/** Something that does not go on, in a process that answers all the same. */
export interface Complaint {
  readonly what: string
  readonly because: string
  /** Milliseconds since 1970. */
  readonly sinceMs: number
}

/** What the services of a process complain of: probes are told, and who asks for its health reads it. */
export class Complaints {
  private readonly sources: (() => readonly Complaint[])[] = []

  /** Has a service asked from now on whenever somebody wants to know. */
  hear(source: () => readonly Complaint[]): void {
    this.sources.push(source)
  }

  /** All there are. */
  list(): readonly Complaint[] {
    return this.sources.flatMap((source) => source())
  }
}
