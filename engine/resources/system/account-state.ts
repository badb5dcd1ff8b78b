export interface AccountDefaults {
  readonly home: string;
  readonly homeExists: boolean;
  /** Undefined if the host does not say. */
  readonly shell: string | undefined;
}

/** A group of accounts. */
export interface GroupState {
  readonly exists: boolean;
  /** Undefined where a prediction cannot know it. */
  readonly gid?: number | undefined;
  /** Only if it was requested by its number. */
  readonly name?: string | undefined;
  /** Who has the numbers that were asked for; null where no group has. */
  readonly holders?: Readonly<Record<string, string | null>> | undefined;
  /** The accounts that it lists. */
  readonly members?: readonly string[] | undefined;
  /** The accounts with this primary group, if they were requested. */
  readonly primaryOf?: readonly string[] | undefined;
  /** Whether a group goes with the account of its name. */
  readonly goesWithUser?: boolean | undefined;
}

/** An account. Fields that a prediction cannot know are undefined. */
export interface UserState {
  readonly exists: boolean;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** The name of the primary group; its number if it has no name. */
  readonly group?: string | undefined;
  /** The groups that list the user as a member, sorted. The primary one may be among them. */
  readonly groups?: readonly string[] | undefined;
  readonly comment?: string | undefined;
  readonly home?: string | undefined;
  /** Whether anything exists at the path: /dev/null counts too. */
  readonly homeExists?: boolean | undefined;
  readonly shell?: string | undefined;
  /**
   * SHA-256 of the hash in /etc/shadow without the ! of a locked account, as the hash itself must not be kept. The
   * digest of '' if it cannot be read. Only if requested, as `locked` and `aging`.
   */
  readonly password?: string | undefined;
  /** Whether the hash has a ! in front. */
  readonly locked?: boolean | undefined;
  readonly aging?: Aging | undefined;
  /** The defaults of a new account; only if the account does not exist. */
  readonly defaults?: AccountDefaults | undefined;
  /** Who has the numbers that were asked for; null where nobody has. */
  readonly holders?: Readonly<Record<string, string | null>> | undefined;
}

/** Days, as in /etc/shadow; null for no limit; undefined if not known. */
export interface Aging {
  readonly min?: number | null | undefined;
  readonly max?: number | null | undefined;
  readonly warn?: number | null | undefined;
  readonly inactive?: number | null | undefined;
  /** Since 1970. */
  readonly expires?: number | null | undefined;
}
