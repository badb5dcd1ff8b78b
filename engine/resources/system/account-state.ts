export interface AccountDefaults {
  readonly home: string;
  readonly homeExists: boolean;
  /** Undefined where the host does not tell. */
  readonly shell: string | undefined;
}

/** A group of accounts. */
export interface GroupState {
  readonly exists: boolean;
  /** Undefined where a prediction cannot know it. */
  readonly gid?: number | undefined;
  /** Where it was asked for by its number. */
  readonly name?: string | undefined;
  /** Who has the numbers that were asked for; null where no group has. */
  readonly holders?: Readonly<Record<string, string | null>> | undefined;
  /** The accounts that it lists. */
  readonly members?: readonly string[] | undefined;
  /** The accounts whose primary group it is, where that was asked for, as are groups of users. */
  readonly primaryOf?: readonly string[] | undefined;
  /** Whether a group goes with the account of its name. */
  readonly goesWithUser?: boolean | undefined;
}

/** An account. Fields that a prediction cannot know are undefined. */
export interface UserState {
  readonly exists: boolean;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** The name of the primary group; its number where it has no name. */
  readonly group?: string | undefined;
  /** The groups that list the user as a member, sorted. The primary one may be among them. */
  readonly groups?: readonly string[] | undefined;
  readonly comment?: string | undefined;
  readonly home?: string | undefined;
  /** Whether anything stands at its place: /dev/null is one as well. */
  readonly homeExists?: boolean | undefined;
  readonly shell?: string | undefined;
  /**
   * SHA-256 of the hash in /etc/shadow without the ! of a locked account, as the hash itself must not be kept. Of ''
   * where it cannot be read; only where asked for, as are `locked` and `aging`.
   */
  readonly password?: string | undefined;
  /** Whether the hash has a ! in front. */
  readonly locked?: boolean | undefined;
  readonly aging?: Aging | undefined;
  /** What a new account gets where nothing else is said; only where there is none. */
  readonly defaults?: AccountDefaults | undefined;
  /** Who has the numbers that were asked for; null where nobody has. */
  readonly holders?: Readonly<Record<string, string | null>> | undefined;
}

/** Days, as /etc/shadow has them; null where there is no limit; undefined where it is not known. */
export interface Aging {
  readonly min?: number | null | undefined;
  readonly max?: number | null | undefined;
  readonly warn?: number | null | undefined;
  readonly inactive?: number | null | undefined;
  /** Since 1970. */
  readonly expires?: number | null | undefined;
}
