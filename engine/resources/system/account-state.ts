export interface AccountDefaults {
  readonly home: string;
  readonly homeExists: boolean;
  /** Undefined if the host does not say. */
  readonly shell: string | undefined;
}

/** A group of accounts. */
export interface GroupState {
  readonly exists: boolean;
  /** Undefined if a prediction cannot know it. */
  readonly gid?: number | undefined;
  /** Only if the group was requested by its number. */
  readonly name?: string | undefined;
  /** The names of the groups with the requested numbers; null if no group has the number. */
  readonly holders?: Readonly<Record<string, string | null>> | undefined;
  /** The accounts that it lists. */
  readonly members?: readonly string[] | undefined;
  /** The accounts with this primary group. Only if requested. */
  readonly primaryOf?: readonly string[] | undefined;
  /** True if the host removes a group with the account of the same name. Only if the accounts were requested. */
  readonly goesWithUser?: boolean | undefined;
}

/** An account. Fields that a prediction cannot know are undefined. */
export interface UserState {
  readonly exists: boolean;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** The name of the primary group; its number if it has no name. */
  readonly group?: string | undefined;
  /** The groups that list the user as a member, sorted. May include the primary group. */
  readonly groups?: readonly string[] | undefined;
  readonly comment?: string | undefined;
  readonly home?: string | undefined;
  /** True if anything exists at the path: /dev/null counts too. */
  readonly homeExists?: boolean | undefined;
  readonly shell?: string | undefined;
  /**
   * SHA-256 of the hash in /etc/shadow without the ! of a locked account: the hash itself must not be kept. The digest
   * of '' if it cannot be read. Only if requested, as `locked` and `aging`.
   */
  readonly password?: string | undefined;
  /** True if the hash begins with a !. */
  readonly locked?: boolean | undefined;
  readonly aging?: Aging | undefined;
  /** The defaults of a new account. Only if the account does not exist. */
  readonly defaults?: AccountDefaults | undefined;
  /** The names of the accounts with the requested numbers; null if no account has the number. */
  readonly holders?: Readonly<Record<string, string | null>> | undefined;
  /** A process of the account; null if it has none. Only if requested. */
  readonly process?: AccountProcess | null | undefined;
}

export interface AccountProcess {
  readonly pid: number;
  /** The name of its program, at most 15 bytes. */
  readonly command: string;
}

/** Days, as in /etc/shadow; null for no limit; undefined if not known. */
export interface Aging {
  readonly min?: number | null | undefined;
  readonly max?: number | null | undefined;
  readonly warn?: number | null | undefined;
  readonly inactive?: number | null | undefined;
  /** Days since 1970. */
  readonly expires?: number | null | undefined;
}
